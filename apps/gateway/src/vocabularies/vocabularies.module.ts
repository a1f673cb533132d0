import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { VocabulariesController } from "./vocabularies.controller.ts";
import { VocabulariesService } from "./vocabularies.service.ts";
import { Vocabulary } from "./vocabulary.entity.ts";

@Module({
  imports: [TypeOrmModule.forFeature([Vocabulary])],
  controllers: [VocabulariesController],
  providers: [VocabulariesService],
  exports: [VocabulariesService],
})
export class VocabulariesModule {}
