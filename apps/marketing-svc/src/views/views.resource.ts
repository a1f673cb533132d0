import { savedViewResource } from "@kehu/records";
import { View } from "./view.entity.ts";

export const VIEWS = savedViewResource<View>({
  concept: "marketing.view",
  snapshot: "marketing.view.snapshot",
  purged: "marketing.view.purged",
  entity: View,
  permission: "marketing.view.use",
});
