import { SavedView, type ViewNews } from "@kehu/records";
import { Entity } from "typeorm";

const NEWS: ViewNews = {
  created: "sales.view.created",
  updated: "sales.view.updated",
  deleted: "sales.view.deleted",
  restored: "sales.view.restored",
};

/** A list of this service that somebody has saved. */
@Entity({ schema: "sales", name: "saved_view" })
export class View extends SavedView {
  protected override get news() {
    return NEWS;
  }
}
