/** Ids of records that a body refers to, by the name of their resource. */
export type Ids = (resource: string) => string;

export const AT = "2026-03-01T09:00:00.000Z";
export const MONEY = { amount: "100.00", currency: "USD" };

const links = (ids: Ids) =>
  ["lead", "opportunity", "ticket", "campaign"].map((type) => ({
    type,
    id: ids(type === "opportunity" ? "opportunities" : `${type}s`),
  }));
/** What it is about: the owner's account and contact, so that it stands in their timelines, and what is elsewhere. */
export const about = (ids: Ids) => [
  { type: "account", id: ids("accounts mine") },
  { type: "contact", id: ids("contacts mine") },
  ...links(ids),
];

/** A text in each of these fields. */
export const texts = (mark: string, ...fields: string[]) => Object.fromEntries(fields.map((field) => [field, mark]));

export function stages(mark: string): object[] {
  return [
    { name: mark, category: "open", probability: 10 },
    { name: "Won", category: "won", probability: 100 },
    { name: "Lost", category: "lost", probability: 0 },
  ];
}

export function vocabulary(mark: string): object {
  const label = { en: mark, zh: mark };
  return { name: mark.replaceAll("-", ""), label, choices: [{ value: mark, label }] };
}

export function consent(mark: string, state: string, ids: Ids): object {
  return { personId: ids("person"), channel: "email", state, basis: mark, source: mark, proof: mark };
}

export function suppression(mark: string, ids: Ids): object {
  return { personId: ids("person"), channel: "email", reason: "manual", source: mark };
}
