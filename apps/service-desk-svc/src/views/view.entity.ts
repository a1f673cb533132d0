import { SavedView, type ViewNews } from "@kehu/records";
import { Entity } from "typeorm";

const NEWS: ViewNews = {
  created: "service-desk.view.created",
  updated: "service-desk.view.updated",
  deleted: "service-desk.view.deleted",
  restored: "service-desk.view.restored",
};

/** A list of this service that somebody has saved. */
@Entity({ schema: "service_desk", name: "saved_view" })
export class View extends SavedView {
  protected override get news() {
    return NEWS;
  }
}
