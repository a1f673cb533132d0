import { from } from "../engine/fields.ts";
import type { Field, Row, Surroundings } from "../engine/mapping.ts";

const COLUMNS = { CONTACTID: "contact", ACCOUNTID: "account", LEADID: "lead" } as const;

const isNone = (id: string) => id === "" || id === "0";

function read(row: Row, around: Surroundings): { type: string; id: string }[] | undefined {
  const named = Object.entries(COLUMNS).filter(([column]) => !isNone(row.text(column)));
  if (named.length === 0) around.warn("import.no-link", "", "The row names no contact, account or lead.");
  const links = named.flatMap(([column, type]) => {
    const found = around.byKey(type, row.text(column));
    if (!found) around.warn("import.reference-unknown", column, `There is no ${type} ${row.text(column)}.`);
    return found ? [{ type, id: found.id }] : [];
  });
  return links.length > 0 ? links : undefined;
}

/** The file of potentials has no ids of its own: which one is meant is kept as the other system has it. */
export const externalLinks: Field = from(["POTENTIALID"], (row) => {
  const id = row.text("POTENTIALID");
  return isNone(id) ? undefined : [{ type: "opportunity", system: "zoho", id }];
});

/** What a call or an event is about. */
export const links: Field = from(Object.keys(COLUMNS), read, Object.values(COLUMNS));
