import { SavedView, type ViewNews } from "@kehu/records";
import { Entity } from "typeorm";

const NEWS: ViewNews = {
  created: "marketing.view.created",
  updated: "marketing.view.updated",
  deleted: "marketing.view.deleted",
  restored: "marketing.view.restored",
};

/** A list of this service that somebody has saved. */
@Entity({ schema: "marketing", name: "saved_view" })
export class View extends SavedView {
  protected override get news() {
    return NEWS;
  }
}
