import { CustomField, type FieldNews } from "@kehu/records";
import { Entity } from "typeorm";

const NEWS: FieldNews = {
  created: "sales.field.created",
  updated: "sales.field.updated",
  retired: "sales.field.retired",
  restored: "sales.field.restored",
};

/** A field that the company has added to a resource of this service. */
@Entity({ schema: "sales", name: "custom_field" })
export class Field extends CustomField {
  protected override get news() {
    return NEWS;
  }
}
