import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { Interaction } from "./interaction.entity.ts";
import { InteractionsController } from "./interactions.controller.ts";
import { InteractionsService } from "./interactions.service.ts";

@Module({
  imports: [TypeOrmModule.forFeature([Interaction])],
  controllers: [InteractionsController],
  providers: [InteractionsService],
})
export class InteractionsModule {}
