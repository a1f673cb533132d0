import { openTable, type TableRow } from "@kehu/importing";
import { eventually, everything, publish, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Customer } from "./customer.ts";

export interface ExportView {
  id: string;
  status: string;
  fields: string[];
  rows: number;
  bytes: number;
  url: string | null;
  expiresAt: string | null;
  error: { code: string } | null;
}

export const TEAM = { teamId: randomUUID(), path: "e" };
/** Two colleagues of one team. */
export const li: TestCaller = { id: randomUUID(), grants: everything("team"), place: TEAM };
export const wang: TestCaller = { id: randomUUID(), grants: everything("team"), place: TEAM };

/** Tells the service of the two. */
export async function introduce(customer: Customer): Promise<void> {
  for (const who of [li, wang]) {
    const state = { id: who.id, name: who === li ? "Li" : "Wang", teamId: TEAM.teamId, teamPath: TEAM.path };
    await publish(customer.database, "identity.user.updated", state, 1);
  }
  await eventually(async () => {
    const { rows } = await customer.database.admin.query("SELECT FROM customer.user_copy");
    expect(rows).toHaveLength(2);
  });
}

/** What the tests of exports do with customer-svc, once it runs. */
export function exporting(customer: () => Customer) {
  const send = <B = ExportView>(who: TestCaller, method: string, path: string, body?: object, headers = {}) =>
    customer().service.request<B>(who, method, path, { body, headers });
  const ask = async (resource: string, body: object, who = customer().admin): Promise<string> => {
    const answer = await send(who, "POST", `/v1/${resource}/exports`, { format: "csv", ...body });
    expect(answer).toMatchObject({ status: 202, body: { status: "queued" } });
    return answer.body.id;
  };
  const ended = (resource: string, id: string, who = customer().admin, status = "completed") =>
    eventually(async () => {
      const { body } = await send(who, "GET", `/v1/${resource}/exports/${id}`);
      expect(body).toMatchObject({ status });
      return body;
    }, 30_000);
  const made = async (resource: string, body: object, who = customer().admin) =>
    ended(resource, await ask(resource, body, who), who);
  const fetchFile = (path: string, who: TestCaller) =>
    fetch(customer().service.url + path, { headers: { authorization: `Bearer ${customer().service.tokenOf(who)}` } });
  const refusal = async (path: string, who: TestCaller) => {
    const answer = await fetchFile(path, who);
    const { code } = (await answer.json()) as { code: string };
    return `${answer.status} ${code}`;
  };
  /** Fetches and reads a file as an import does: rows by the names of their columns. */
  const rowsOf = async ({ url }: ExportView, who = customer().admin): Promise<Record<string, string>[]> => {
    const answer = await fetchFile(url!, who);
    expect(answer.status).toBe(200);
    const folder = mkdtempSync(join(tmpdir(), "kehu-"));
    const path = join(folder, "file");
    writeFileSync(path, Buffer.from(await answer.arrayBuffer()));
    const table = await openTable(path);
    const rows: TableRow[] = [];
    for await (const row of table.rows()) rows.push(row);
    rmSync(folder, { recursive: true });
    return rows.map(({ cells }) => Object.fromEntries(table.columns.map((name, n) => [name, cells![n]!])));
  };
  const exported = async (resource: string, body: object, who = customer().admin) =>
    rowsOf(await made(resource, body, who), who);
  const admin = (sql: string, values: unknown[] = []) =>
    customer().database.admin.query<Record<string, unknown>>(sql, values);
  return { send, ask, ended, made, fetchFile, refusal, rowsOf, exported, admin };
}
