import { configure } from "@kehu/http";
import { Config } from "./gateway-config.ts";

export const config = configure(process.env, (environment) => new Config(environment));
