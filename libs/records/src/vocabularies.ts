import type { CustomChoice } from "@kehu/contracts";
import type { Queryable } from "@kehu/database";
import type { Field, FieldMap } from "./field.ts";

/** A vocabulary of the company, as the service's copy has it. */
interface Vocabulary {
  choices: readonly CustomChoice[];
  isDeleted: boolean;
}

/** The company's vocabularies by their names, and the state of the copies in which they were read. */
export interface Vocabularies {
  readonly state: string;
  readonly byName: ReadonlyMap<string, Vocabulary>;
}

export const NO_VOCABULARIES: Vocabularies = { state: "", byName: new Map() };

/**
 * Reads the copies, where they are others than those that are known: versions only grow, and no row goes.
 *
 * @returns `known` itself where nothing has changed
 */
export async function readVocabularies(queryable: Queryable, known: Vocabularies): Promise<Vocabularies> {
  const [row] = await queryable.query<{ state: string }>(
    "SELECT count(*) || ' ' || coalesce(sum(version), 0) AS state FROM vocabulary_copy",
  );
  const { state } = row!;
  if (state === known.state) return known;
  const rows = await queryable.query<Vocabulary & { name: string }>(
    `SELECT name, choices, deleted_at IS NOT NULL AS "isDeleted" FROM vocabulary_copy`,
  );
  return { state, byName: new Map(rows.map(({ name, choices, isDeleted }) => [name, { choices, isDeleted }])) };
}

/** @returns what a field has to know of the values that may be chosen, in their order */
export function listed(options: readonly CustomChoice[]): Required<Pick<Field, "options" | "choices">> {
  return { options, choices: options.filter(({ retired }) => !retired).map(({ value }) => value) };
}

/** @returns of the fields that a resource declares those whose vocabulary is live now, or was when they were read before */
export function ruledFields(fields: FieldMap, { byName }: Vocabularies): Readonly<Record<string, Field>> {
  const ruled: Record<string, Field> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (field.vocabulary === undefined || field.custom) continue;
    const found = byName.get(field.vocabulary);
    const { options: _was, choices: _values, ...free } = field;
    if (found && !found.isDeleted) ruled[name] = { ...free, ...listed(found.choices) };
    else if (field.options) ruled[name] = free;
  }
  return ruled;
}
