import { randomUUID } from "node:crypto";
import type { Request } from "./load.ts";
import type { Kehu } from "./kehu.ts";

const BATCH = 500;

const anAccount = (number: number) => ({
  name: `Account ${number}`,
  industry: `Industry ${number % 40}`,
  website: `https://account-${number}.example.com`,
});

/** Creates accounts in batches, as an import does. */
export async function createAccounts(kehu: Kehu, count: number): Promise<void> {
  for (let first = 0; first < count; first += BATCH) {
    const operations = Array.from({ length: Math.min(BATCH, count - first) }, (_, index) => ({
      op: "create",
      data: anAccount(first + index),
    }));
    await kehu.call("POST", "/v1/accounts/bulk", { operations });
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
export function operations(ids: readonly string[]): Record<string, () => Request> {
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

function randomOf(ids: readonly string[]): string {
  return ids[Math.floor(Math.random() * ids.length)]!;
}
