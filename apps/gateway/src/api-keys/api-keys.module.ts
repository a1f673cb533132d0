import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { AccessModule } from "../access/access.module.ts";
import { ApiKey } from "./api-key.entity.ts";
import { ApiKeysController } from "./api-keys.controller.ts";
import { ApiKeysService } from "./api-keys.service.ts";

@Module({
  imports: [TypeOrmModule.forFeature([ApiKey]), AccessModule],
  controllers: [ApiKeysController],
  providers: [ApiKeysService],
})
export class ApiKeysModule {}
