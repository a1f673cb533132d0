import { Conflict, RuleViolation, type CustomChoice, type DomainEvent, type VocabularyState } from "@kehu/contracts";
import { assign, event, RecordEntity, type Label } from "@kehu/records";
import { Column, Entity } from "typeorm";
import { mustKeep, wholeChoices } from "./vocabulary-choices.ts";
import type { CreateVocabulary, UpdateVocabulary } from "./vocabulary.dto.ts";

/** The most vocabularies of a company, deleted ones too: every service keeps all of them in memory. */
const MOST_VOCABULARIES = 100;

/** What a new vocabulary has to know of the others, deleted ones too. */
export type KnownVocabularies = readonly { id: string; name: string; isDeleted: boolean }[];

/** The values by which a company classifies its records. It belongs to nobody. */
@Entity({ schema: "identity", name: "vocabulary" })
export class Vocabulary extends RecordEntity {
  @Column("text") name: string;
  @Column("jsonb") label: Label;
  @Column("jsonb") choices: CustomChoice[];

  open({ label, choices, ...data }: CreateVocabulary, now: Date, known: KnownVocabularies): DomainEvent[] {
    mustBeNew(data.name, known);
    assign(this, { ...data, ownerId: null, label: { en: label.en, zh: label.zh }, choices: wholeChoices(choices) });
    return [event("identity.vocabulary.created", this, now)];
  }

  imported(): DomainEvent[] {
    throw new RuleViolation("vocabulary.not-importable", "Vocabularies cannot be imported.");
  }

  update({ label, choices, ...patch }: UpdateVocabulary, now: Date): DomainEvent[] {
    const changed = choices && wholeChoices(choices);
    if (changed) mustKeep(changed, this.choices);
    const differs = assign(this, { ...patch, label: label && { en: label.en, zh: label.zh }, choices: changed });
    return differs ? [event("identity.vocabulary.updated", this, now)] : [];
  }

  /** Texts are free again; fields of the company that follow it keep the values that it has. */
  remove(now: Date): DomainEvent[] {
    this.deletedAt = now;
    return [event("identity.vocabulary.deleted", this, now)];
  }

  restore(now: Date): DomainEvent[] {
    this.deletedAt = null;
    return [event("identity.vocabulary.restored", this, now)];
  }

  state(): VocabularyState {
    return { ...this.base(), name: this.name, label: this.label, choices: this.choices };
  }
}

function mustBeNew(name: string, known: KnownVocabularies): void {
  const twin = known.find((one) => one.name === name);
  if (twin)
    throw new Conflict(
      "vocabulary.exists",
      twin.isDeleted
        ? `${name} is a deleted vocabulary: restore it (POST /v1/vocabularies/${twin.id}/restore), or take another name.`
        : `There is ${name}: change it (PATCH /v1/vocabularies/${twin.id}).`,
    );
  if (known.length >= MOST_VOCABULARIES)
    throw new RuleViolation("vocabulary.too-many", `A company has at most ${MOST_VOCABULARIES} vocabularies.`);
}
