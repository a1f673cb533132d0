import { ServiceModule } from "@kehu/http";
import { Module } from "@nestjs/common";
import { AccountsModule } from "./accounts/accounts.module.ts";
import { config } from "./config.ts";

@Module({
  imports: [ServiceModule.forRoot({ name: "customer", schema: "customer", document: new URL("../openapi.json", import.meta.url) }, config), AccountsModule],
})
export class AppModule {}
