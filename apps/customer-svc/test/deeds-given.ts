import fc from "fast-check";
import type { Content, MatchBy, Mode, Patch, ResourceName, Row } from "./deeds-model.ts";

/** What deeds are done with: few values, so that they meet. */

export const resource = fc.constantFrom<ResourceName>("accounts", "contacts");
const title = fc.constantFrom("华星", "Acme", "Nord");
const note = fc.constantFrom("steel", "glass");
const score = fc.constantFrom(1, 2, -0.5);
const name = fc.constantFrom("e1", "e2", "e3", "0004");
const names = fc.uniqueArray(name, { maxLength: 2 });
const tags = fc.constantFrom<string[]>([], ["重点"], ["a", "b"]);
const region = fc.constantFrom("华东", "west");
export const content: fc.Arbitrary<Content> = fc.record({
  title,
  note: fc.option(note),
  tags,
  custom: fc.record({ score, region }, { requiredKeys: [] }),
  names,
});
export const patch: fc.Arbitrary<Patch> = fc.record(
  {
    title,
    note: fc.option(note),
    tags,
    custom: fc.record({ score: fc.option(score), region: fc.option(region) }, { requiredKeys: [] }),
    names,
  },
  { requiredKeys: [] },
);
const badScore = fc.constant("many" as const);
/** A row without anything is a blank line, and none. */
export const row: fc.Arbitrary<Row> = fc
  .record(
    { name, title, note, score: fc.oneof({ weight: 5, arbitrary: score }, { weight: 1, arbitrary: badScore }) },
    { requiredKeys: [] },
  )
  .filter((one) => Object.keys(one).length > 0);
export const mode = fc.constantFrom<Mode>("create", "update", "upsert");
export const matchBy = fc.constantFrom<MatchBy>("externalId", "title", "custom.score");
