import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { Contact } from "./contact.entity.ts";
import { ContactRevealsController } from "./contact-reveals.controller.ts";
import { ContactsController } from "./contacts.controller.ts";
import { ContactsService } from "./contacts.service.ts";

@Module({
  imports: [TypeOrmModule.forFeature([Contact])],
  controllers: [ContactsController, ContactRevealsController],
  providers: [ContactsService],
  exports: [ContactsService],
})
export class ContactsModule {}
