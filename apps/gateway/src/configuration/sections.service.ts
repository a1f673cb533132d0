import { Injectable } from "@nestjs/common";
import { FieldsSection } from "./fields-section.service.ts";
import type { Section } from "./item.ts";
import { PipelinesSection } from "./pipelines-section.service.ts";
import { QueuesSection } from "./queues-section.service.ts";
import { RolesSection } from "./roles-section.service.ts";
import { SettingsSection } from "./settings-section.service.ts";
import { VocabulariesSection } from "./vocabularies-section.service.ts";
import { ViewsSection } from "./views-section.service.ts";

/** The sections of the file, in the order in which they are applied. */
@Injectable()
export class Sections {
  readonly all: readonly Section[];

  constructor(
    settings: SettingsSection,
    vocabularies: VocabulariesSection,
    fields: FieldsSection,
    pipelines: PipelinesSection,
    queues: QueuesSection,
    roles: RolesSection,
    views: ViewsSection,
  ) {
    this.all = [settings, vocabularies, fields, pipelines, queues, roles, views];
  }
}
