import { CustomField, type FieldNews } from "@kehu/records";
import { Entity } from "typeorm";

const NEWS: FieldNews = {
  created: "service-desk.field.created",
  updated: "service-desk.field.updated",
  retired: "service-desk.field.retired",
  restored: "service-desk.field.restored",
};

/** A field that the company has added to a resource of this service. */
@Entity({ schema: "service_desk", name: "custom_field" })
export class Field extends CustomField {
  protected override get news() {
    return NEWS;
  }
}
