import { SavedView, type ViewNews } from "@kehu/records";
import { Entity } from "typeorm";

const NEWS: ViewNews = {
  created: "customer.view.created",
  updated: "customer.view.updated",
  deleted: "customer.view.deleted",
  restored: "customer.view.restored",
};

/** A list of this service that somebody has saved. */
@Entity({ schema: "customer", name: "saved_view" })
export class View extends SavedView {
  protected override get news() {
    return NEWS;
  }
}
