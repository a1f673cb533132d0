import { RecordService, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import type { Interaction } from "./interaction.entity.ts";
import { INTERACTIONS } from "./interactions.resource.ts";

@Injectable()
export class InteractionsService extends RecordService<Interaction> {
  constructor(writing: Writing) {
    super(INTERACTIONS, writing);
  }
}
