import { eventually, type TestDatabase } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import type { StoredEntry } from "../src/audit/chain.ts";
import type { System } from "./system.ts";

/** An entry of a request, as it is stored. */
export type EntryRow = StoredEntry & { request_id: string };

/** The entries of a request, in their order. */
export async function entriesOf({ admin }: TestDatabase, requestId: string): Promise<EntryRow[]> {
  const sql = "SELECT * FROM identity.audit_entry WHERE request_id = $1 ORDER BY id";
  return (await admin.query<EntryRow>(sql, [requestId])).rows;
}

/** Waits for the entries of a request that come by the bus. */
export function entriesComing(database: TestDatabase, requestId: string, count = 1): Promise<EntryRow[]> {
  return eventually(async () => {
    const entries = await entriesOf(database, requestId);
    expect(entries).toHaveLength(count);
    return entries;
  });
}

/** Sends a request under an id of its own. */
export async function asked<B = { code: string }>(
  { gateway }: Pick<System, "gateway">,
  method: string,
  path: string,
  { token, body, headers }: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
) {
  const requestId = randomUUID();
  const answer = await gateway.request<B>(method, path, {
    token,
    body,
    headers: { ...headers, "x-request-id": requestId },
  });
  return { ...answer, requestId };
}
