import { Module } from "@nestjs/common";
import { MessagesController } from "./messages.controller.ts";
import { MessagesQueries } from "./messages.queries.ts";
import { MessagesService } from "./messages.service.ts";

@Module({ controllers: [MessagesController], providers: [MessagesQueries, MessagesService] })
export class MessagesModule {}
