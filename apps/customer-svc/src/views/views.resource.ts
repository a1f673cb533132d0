import { savedViewResource } from "@kehu/records";
import { View } from "./view.entity.ts";

export const VIEWS = savedViewResource<View>({
  concept: "customer.view",
  snapshot: "customer.view.snapshot",
  purged: "customer.view.purged",
  entity: View,
  permission: "customer.view.use",
});
