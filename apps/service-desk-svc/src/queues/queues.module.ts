import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { Queue } from "./queue.entity.ts";
import { QueuesController } from "./queues.controller.ts";
import { QueuesService } from "./queues.service.ts";

@Module({
  imports: [TypeOrmModule.forFeature([Queue])],
  controllers: [QueuesController],
  providers: [QueuesService],
})
export class QueuesModule {}
