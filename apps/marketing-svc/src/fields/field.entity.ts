import { CustomField, type FieldNews } from "@kehu/records";
import { Entity } from "typeorm";

const NEWS: FieldNews = {
  created: "marketing.field.created",
  updated: "marketing.field.updated",
  retired: "marketing.field.retired",
  restored: "marketing.field.restored",
};

/** A field that the company has added to a resource of this service. */
@Entity({ schema: "marketing", name: "custom_field" })
export class Field extends CustomField {
  protected override get news() {
    return NEWS;
  }
}
