import { randomUUID } from "node:crypto";
import type { Request } from "./load.ts";
import type { Kehu } from "./kehu.ts";

const BATCH = 500;

/** What a company has added to its accounts. */
const FIELDS = [
  { name: "region", type: "text", label: { en: "Region", zh: "区域" } },
  { name: "score", type: "number", label: { en: "Score", zh: "分数" } },
];

const anAccount = (number: number) => ({
  name: `Account ${number}`,
  industry: `Industry ${number % 40}`,
  website: `https://account-${number}.example.com`,
  custom: { region: `Region ${number % 12}`, score: number },
});

const aContact = (number: number) => ({
  lastName: `Contact ${number}`,
  contactPoints: [
    { kind: "email", value: `contact-${number}@example.com` },
    { kind: "phone", value: `+8613${String(800_000_000 + (number % 100_000_000))}` },
  ],
});

/** Adds to accounts what a company adds. */
export async function companyFields(kehu: Kehu): Promise<void> {
  for (const field of FIELDS) await kehu.call("POST", "/v1/accounts/fields", field);
}

/**
 * Creates accounts in batches, as an import does, with values of two fields of the company.
 *
 * @param owners ids of the users who own them, in turn
 */
export async function createAccounts(kehu: Kehu, count: number, owners: readonly string[]): Promise<void> {
  await companyFields(kehu);
  await createAll(kehu, "accounts", count, anAccount, owners);
}

async function createAll(
  kehu: Kehu,
  resource: string,
  count: number,
  make: (number: number) => object,
  owners: readonly string[],
): Promise<void> {
  for (let first = 0; first < count; first += BATCH) {
    const operations = Array.from({ length: Math.min(BATCH, count - first) }, (_, index) => ({
      op: "create",
      data: { ...make(first + index), ownerId: owners[(first + index) % owners.length] },
    }));
    await kehu.call("POST", `/v1/${resource}/bulk`, { operations, origin: "import" });
  }
}

let number = 1_000_000;

/** A change of a random record, never to what it is already. */
export function patchOf(ids: readonly string[]): Request {
  return {
    method: "PATCH",
    path: `/v1/accounts/${randomOf(ids)}`,
    headers: { "idempotency-key": randomUUID() },
    body: JSON.stringify({ industry: `Industry ${number++}` }),
  };
}

/** The four kinds of requests that are compared, each as a maker of its next request. */
export function onAccounts(ids: readonly string[]): Record<string, () => Request> {
  return {
    get: () => ({ method: "GET", path: `/v1/accounts/${randomOf(ids)}` }),
    "list 50": () => ({ method: "GET", path: "/v1/accounts?limit=50" }),
    patch: () => patchOf(ids),
    create: () => ({
      method: "POST",
      path: "/v1/accounts",
      headers: { "idempotency-key": randomUUID() },
      body: JSON.stringify(anAccount(number++)),
    }),
  };
}

/** The same kinds of requests about people, whose addresses are encrypted. */
export function onContacts(ids: readonly string[]): Record<string, () => Request> {
  const headers = () => ({ "idempotency-key": randomUUID() });
  return {
    "get contact": () => ({ method: "GET", path: `/v1/contacts/${randomOf(ids)}` }),
    "list 50 contacts": () => ({ method: "GET", path: "/v1/contacts?limit=50" }),
    "patch contact": () => ({
      method: "PATCH",
      path: `/v1/contacts/${randomOf(ids)}`,
      headers: headers(),
      body: JSON.stringify({ contactPoints: aContact(number++).contactPoints }),
    }),
    "create contact": () => ({
      method: "POST",
      path: "/v1/contacts",
      headers: headers(),
      body: JSON.stringify(aContact(number++)),
    }),
  };
}

/** Creates contacts in batches, likewise. */
export async function createContacts(kehu: Kehu, count: number, owners: readonly string[]): Promise<void> {
  await createAll(kehu, "contacts", count, aContact, owners);
}

/** One of them. */
export function randomOf(ids: readonly string[]): string {
  return ids[Math.floor(Math.random() * ids.length)]!;
}
