import type { Tx } from "@kehu/database";
import { CHOICES_SCHEMA, fields, json, LABEL_SCHEMA, RecordDto, resource, text } from "@kehu/records";
import { CreateVocabulary, UpdateVocabulary } from "./vocabulary.dto.ts";
import { Vocabulary, type KnownVocabularies } from "./vocabulary.entity.ts";

export const VOCABULARIES = resource<Vocabulary>({
  name: "vocabularies",
  type: "vocabulary",
  concept: "identity.vocabulary",
  snapshot: "identity.vocabulary.snapshot",
  updated: "identity.vocabulary.updated",
  table: "vocabulary",
  entity: Vocabulary,
  permissions: {
    read: "identity.vocabulary.read",
    write: "identity.vocabulary.write",
    import: "identity.vocabulary.write",
  },
  fields: fields({
    name: text("Name", "名称", { required: true }),
    label: json("Label", "标签", LABEL_SCHEMA, { required: true }),
    choices: json("Choices", "选项", CHOICES_SCHEMA, { required: true }),
  }),
  keywords: ["name"],
  dto: { create: CreateVocabulary, update: UpdateVocabulary, import: RecordDto },
  context: others,
  defaultSort: ["name"],
});

/** New vocabularies wait for each other: two could take one name. */
async function others(tx: Tx, _items: readonly object[], births: number): Promise<KnownVocabularies> {
  if (births === 0) return [];
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended('identity.vocabularies', 0))");
  return tx.query<KnownVocabularies[number] & Record<string, unknown>>(
    'SELECT id, name, deleted_at IS NOT NULL AS "isDeleted" FROM vocabulary',
  );
}
