import { savedViewResource } from "@kehu/records";
import { View } from "./view.entity.ts";

export const VIEWS = savedViewResource<View>({
  concept: "service-desk.view",
  snapshot: "service-desk.view.snapshot",
  purged: "service-desk.view.purged",
  entity: View,
  permission: "service-desk.view.use",
});
