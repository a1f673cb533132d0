import type { RequestContext } from "@kehu/auth";
import { RecordQueries } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { VOCABULARIES } from "../vocabularies/vocabularies.resource.ts";
import { VocabulariesService } from "../vocabularies/vocabularies.service.ts";
import { acting } from "./acting.ts";
import { mergedChoices, onlyHere, revivedChoice, wholeChoice, type Choice } from "./choices.ts";
import { usualSteps } from "./comparison.ts";
import { ConfigurationQueries } from "./configuration.queries.ts";
import { KEYS } from "./configuration-file.ts";
import type { Fault, Held, Item, Kept, Section } from "./item.ts";

interface Vocabulary {
  name: string;
  label: object;
  choices: Choice[];
}

/** The values by which the company classifies its records. */
@Injectable()
export class VocabulariesSection implements Section {
  readonly name = "vocabularies";
  readonly concept = VOCABULARIES.concept;
  readonly reading = "identity.vocabulary.read";

  constructor(
    private readonly records: RecordQueries,
    private readonly vocabularies: VocabulariesService,
    private readonly queries: ConfigurationQueries,
  ) {}

  async read(who: RequestContext): Promise<Held> {
    const items: Kept[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const query = { sort: "name", limit: "200", ...(cursor && { cursor }) };
      const { data, page } = await this.records.list(VOCABULARIES, query, who);
      for (const { id, version, name, label, choices } of data) {
        const value = { name, label, choices: (choices as Choice[]).map(wholeChoice) };
        items.push({ key: KEYS.vocabularies(value), value, id, version });
      }
      cursor = page.nextCursor;
    }
    return { items, leftOut: [] };
  }

  needs() {
    return { read: ["identity.vocabulary.read"], write: ["identity.vocabulary.write"] } as const;
  }

  async conflict({ key, value }: Item, kept: Kept | undefined): Promise<Fault | undefined> {
    if (kept) return revivedChoice((value as unknown as Vocabulary).choices, kept.value["choices"] as Choice[]);
    return (await this.queries.vocabulary(key)) === "deleted"
      ? { code: "vocabulary.deleted", message: "A deleted vocabulary is called so: restore it first." }
      : undefined;
  }

  steps({ key, value }: Item, kept: Kept | undefined) {
    const { name, label, choices } = value as unknown as Vocabulary;
    const whole = { name, label, choices: mergedChoices(choices, kept?.value["choices"] as Choice[] | undefined) };
    return usualSteps({ key, value: { ...whole } }, kept, async (names, who) => {
      const as = acting(who, "identity.vocabulary.write", kept?.version);
      const patch = Object.fromEntries(Object.entries(whole).filter(([one]) => names.includes(one)));
      if (kept) await this.vocabularies.update(kept.id, patch, as);
      else await this.vocabularies.create(whole, as);
    });
  }

  alsoHere({ value }: Item, kept: Kept) {
    const choices = onlyHere((value as unknown as Vocabulary).choices, kept.value["choices"] as Choice[]);
    return choices.length ? { choices } : undefined;
  }
}
