import { UnownedRecordService, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import type { Vocabulary } from "./vocabulary.entity.ts";
import { VOCABULARIES } from "./vocabularies.resource.ts";

@Injectable()
export class VocabulariesService extends UnownedRecordService<Vocabulary> {
  constructor(writing: Writing) {
    super(VOCABULARIES, writing);
  }
}
