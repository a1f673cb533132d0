import { serviceConfig } from "@kehu/http";

export const config = serviceConfig(process.env, "personal-data");
