import { BROKEN_CSV, BROKEN_XLSX, eventually, publish, textRow, xlsx, type BrokenFile } from "@kehu/testing";
import { MOST_CELL_CHARACTERS } from "@kehu/importing";
import { CustomerApart } from "./apart.ts";
import type { ImportView, RowView } from "./importing.ts";

const IMPORTS = "/v1/accounts/imports";
const RESTING = ["profiled", "completed", "failed"];
const PATIENCE_MS = 120_000;
/** Of a service whose heap has at most 256 MB; a file of 50 MB that it held as a whole would go beyond. */
const MOST_MEGABYTES = 420;

let customer: CustomerApart;

/** What there is of records, and of what follows from them. */
async function traces(): Promise<Record<string, number>> {
  const tables = ["account", "external_id", "history", "outbox", "import_row", "import_change"];
  const counts = tables.map((table) => `(SELECT count(*)::int FROM customer.${table}) AS ${table}`);
  const { rows } = await customer.database.admin.query<Record<string, number>>(`SELECT ${counts.join(", ")}`);
  return rows[0]!;
}

async function send(content: string | Uint8Array, options: object = {}): Promise<ImportView> {
  const form = new FormData();
  form.set("options", JSON.stringify(options));
  form.set("file", new Blob([typeof content === "string" ? content : new Uint8Array(content)]), "客户.csv");
  const headers = { authorization: customer.authorization };
  const answer = await fetch(customer.url + IMPORTS, { method: "POST", headers, body: form });
  expect(answer.status).toBe(202);
  return rested((await answer.json()) as ImportView);
}

const rested = ({ id }: ImportView) =>
  eventually(async () => {
    const { body } = await customer.ask<ImportView>("GET", `${IMPORTS}/${id}`);
    expect(RESTING).toContain(body.status);
    return body;
  }, PATIENCE_MS);

/** Refused as a whole, with a reason, and nothing was done. */
async function expectRefused(content: string | Uint8Array, code: string): Promise<void> {
  const before = await traces();
  const looked = await send(content);
  expect(looked).toMatchObject({
    status: "failed",
    created: 0,
    error: { code, message: expect.any(String) as string },
  });
  const run = await customer.ask<ImportView>("POST", `${IMPORTS}/${looked.id}/run`, { mapping: { a: "name" } });
  expect(run).toMatchObject({ status: 409, body: { code: "import.not-ready" } });
  expect(await traces()).toEqual(before);
}

/** Read: good rows are accounts, each of the others has a reason, and has left nothing. */
async function expectRows(content: string | Uint8Array, outcomes: readonly string[]): Promise<void> {
  const before = await traces();
  const { id, found, ...looked } = await send(content);
  expect(looked).toMatchObject({ status: "profiled", rows: outcomes.length, error: null });
  const mapping = { [found!.columns[0]!]: "name" };
  expect((await customer.ask("POST", `${IMPORTS}/${id}/run`, { mapping })).status).toBe(202);
  const good = outcomes.filter((outcome) => outcome === "ok").length;
  const done = await rested({ id } as ImportView);
  expect(done).toMatchObject({ status: "completed", created: good, failed: outcomes.length - good, error: null });
  const { body } = await customer.ask<{ data: RowView[] }>("GET", `${IMPORTS}/${id}/rows?limit=200`);
  const told = body.data.map(({ outcome, errors }) => (outcome === "created" ? "ok" : errors.map(({ code }) => code)));
  expect(told).toEqual(outcomes.map((outcome) => (outcome === "ok" ? "ok" : [outcome])));
  const after = await traces();
  const grown = Object.entries(after).map(([table, count]) => [table, count - before[table]!]);
  expect(Object.fromEntries(grown)).toEqual({
    account: good,
    external_id: 0,
    history: good,
    outbox: good,
    import_row: outcomes.length,
    import_change: good,
  });
}

const LONG_TEXTS = Array.from({ length: 15 }, (_, n) => `long${n}`);

/** A small file of many rows, each of which holds a million characters in these columns. */
function longRows(rows: number): Uint8Array {
  const row = `<row>${'<c t="s"><v>0</v></c>'.repeat(LONG_TEXTS.length)}</row>`;
  const texts = `<si><t>${"x".repeat(MOST_CELL_CHARACTERS)}</t></si>`;
  return xlsx({ texts, rows: textRow(...LONG_TEXTS) + row.repeat(rows) });
}

/** Sends broken files, one by one, to a service that has little memory. */
export function badFiles(isWanted: (what: string) => boolean): void {
  beforeAll(async () => {
    customer = await CustomerApart.start();
    await publish(customer.database, "identity.user.updated", { id: customer.admin.id, name: "Admin" });
    await eventually(async () => {
      const { rows } = await customer.database.admin.query("SELECT FROM customer.user_copy");
      expect(rows).toHaveLength(1);
    });
  }, PATIENCE_MS);
  afterAll(async () => {
    const { peak } = customer;
    process.stderr.write(`\nThe service that read broken files had at most ${peak ?? "?"} MB.\n`);
    await customer.close();
  });

  const wanted = (files: BrokenFile[]) => files.filter(([what]) => isWanted(what));
  describe.each<[kind: string, files: BrokenFile[]]>([
    ["CSV", wanted(BROKEN_CSV)],
    ["XLSX", wanted(BROKEN_XLSX)],
  ])("A32 POST /v1/accounts/imports of a broken %s file", (_kind, files) => {
    it.each(files)(
      "%s",
      async (_what, content, outcome) => {
        await (typeof outcome === "string" ? expectRefused(content(), outcome) : expectRows(content(), outcome));
        expect(customer.isAlive).toBe(true);
        expect(customer.peak ?? 0).toBeLessThan(MOST_MEGABYTES);
      },
      PATIENCE_MS,
    );
  });

  describe("A32 POST /v1/accounts/imports of rows of a million characters", () => {
    it(
      "works on few of them at a time",
      async () => {
        for (const name of LONG_TEXTS) {
          const field = { name, type: "longText", label: { en: name, zh: name } };
          expect((await customer.ask("POST", "/v1/accounts/fields", field)).status).toBe(201);
        }
        const mapping = Object.fromEntries(LONG_TEXTS.map((name) => [name, `custom.${name}`]));
        expect(await send(longRows(300), { mapping })).toMatchObject({ status: "completed", rows: 300, failed: 300 });
        expect(customer.isAlive).toBe(true);
        expect(customer.peak ?? 0).toBeLessThan(MOST_MEGABYTES);
      },
      PATIENCE_MS,
    );
  });
}
