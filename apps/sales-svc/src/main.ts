import { bootstrap } from "@kehu/http";
import { AppModule } from "./app.module.ts";
import { config } from "./config.ts";

await bootstrap(AppModule, "sales", config);
