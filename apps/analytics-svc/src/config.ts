import { serviceConfig } from "@kehu/http";

export const config = serviceConfig(process.env, "no-personal-data");
