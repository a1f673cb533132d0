import { ServiceModule } from "@kehu/http";
import { Module } from "@nestjs/common";
import { ImportsModule } from "./imports/imports.module.ts";
import { ExportsModule } from "./exports/exports.module.ts";
import { FieldsModule } from "./fields/fields.module.ts";
import { config } from "./config.ts";
import { CustomersModule } from "./customers/customers.module.ts";
import { MessagesModule } from "./messages/messages.module.ts";
import { QueuesModule } from "./queues/queues.module.ts";
import { TicketsModule } from "./tickets/tickets.module.ts";
import { ViewsModule } from "./views/views.module.ts";

@Module({
  imports: [
    ServiceModule.forRoot(
      { name: "service-desk", schema: "service_desk", document: new URL("../openapi.json", import.meta.url) },
      config,
    ),
    CustomersModule,
    QueuesModule,
    TicketsModule,
    MessagesModule,
    FieldsModule,
    ImportsModule,
    ExportsModule,
    ViewsModule,
  ],
})
export class AppModule {}
