import { CustomField, type FieldNews } from "@kehu/records";
import { Entity } from "typeorm";

const NEWS: FieldNews = {
  created: "customer.field.created",
  updated: "customer.field.updated",
  retired: "customer.field.retired",
  restored: "customer.field.restored",
};

/** A field that the company has added to a resource of this service. */
@Entity({ schema: "customer", name: "custom_field" })
export class Field extends CustomField {
  protected override get news() {
    return NEWS;
  }
}
