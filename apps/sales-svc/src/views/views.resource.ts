import { savedViewResource } from "@kehu/records";
import { View } from "./view.entity.ts";

export const VIEWS = savedViewResource<View>({
  concept: "sales.view",
  snapshot: "sales.view.snapshot",
  purged: "sales.view.purged",
  entity: View,
  permission: "sales.view.use",
});
