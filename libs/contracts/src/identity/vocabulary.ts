import { Type, type Static } from "typebox";
import { CustomChoice, Label } from "../custom-field.ts";
import { concept, RecordState } from "../event.ts";

/**
 * The values by which the company classifies its records, in their order. Texts that declare a vocabulary take no others
 * while it is live; fields that the company has added may follow it. A value is retired, never removed.
 */
export const VocabularyState = Type.Object({
  ...RecordState,
  /** By which fields call it; it never changes. */
  name: Type.String(),
  label: Label,
  choices: Type.Array(CustomChoice),
});
export type VocabularyState = Static<typeof VocabularyState>;

const vocabulary = concept("kehu.identity.vocabulary", "vocabulary", VocabularyState, {
  id: "0199c1a0-0000-7000-8000-0000000000dd",
  ownerId: null,
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  name: "industry",
  label: { en: "Industry", zh: "行业" },
  choices: [
    { value: "steel", label: { en: "Steel", zh: "钢铁" }, color: "#2f6fde", retired: false },
    { value: "coal", label: { en: "Coal", zh: "煤炭" }, color: null, retired: true },
  ],
});

export const VOCABULARY_EVENTS = {
  "identity.vocabulary.created": vocabulary(),
  "identity.vocabulary.updated": vocabulary(),
  "identity.vocabulary.deleted": vocabulary(),
  "identity.vocabulary.restored": vocabulary(),
  "identity.vocabulary.snapshot": vocabulary(),
};
