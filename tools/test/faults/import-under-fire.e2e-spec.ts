import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAlive } from "@kehu/database";
import { eventually } from "@kehu/testing";
import { Kehu } from "./support/kehu.ts";
import { Person } from "./support/person.ts";

const START_MS = 240_000;
const PATIENCE_MS = 120_000;
const ROWS = 12_000;
/** How often the service is killed while the file comes in, and while it is taken back. */
const KILLS = 10;
const KILLS_OF_ROLLBACK = 3;
const SYSTEM = "old-crm";

interface Import {
  id: string;
  status: string;
  rows: number;
  created: number;
  updated: number;
  failed: number;
  skipped: number;
  rolledBack: number;
  kept: number;
}

interface Page {
  data: { name: string; version: number; custom: { score: number } }[];
  page: { total: number };
}

const file = (rows: number, industry: string) =>
  ["No,Name,Industry,Score", ...Array.from({ length: rows }, (_, n) => `${n},华星 ${n},${industry},${n / 2}`)].join(
    "\r\n",
  );

const MAPPING = { No: `externalIds.${SYSTEM}`, Name: "name", Industry: "industry", Score: "custom.score" };

describe("an import under fire", () => {
  let kehu: Kehu;
  let admin: Person;

  beforeAll(async () => {
    kehu = await Kehu.start();
    admin = await Person.signIn(kehu.url);
    await admin.done("POST", "/v1/accounts/fields", {
      name: "score",
      type: "number",
      label: { en: "Score", zh: "分数" },
    });
  }, START_MS);
  afterAll(() => kehu.remove(), START_MS);

  const upload = async (text: string) => {
    const form = new FormData();
    form.set("options", JSON.stringify({ mode: "upsert", mapping: MAPPING }));
    form.set("file", new Blob([text]), "accounts.csv");
    const headers = { authorization: `Bearer ${admin.token}` };
    const answer = await fetch(`${kehu.url}/v1/accounts/imports`, { method: "POST", headers, body: form });
    expect(answer.status).toBe(202);
    return (await answer.json()) as Import;
  };
  const state = ({ id }: Import) =>
    eventually(async () => {
      const { status, body } = await admin.ask<Import>("GET", `/v1/accounts/imports/${id}`);
      expect(status).toBe(200);
      return body;
    }, PATIENCE_MS);
  /** Waits for the end; on the way, each time that so much was done, the service is killed. */
  const underFire = async (one: Import, done: (now: Import) => number, kills: number) => {
    let struck = 0;
    for (;;) {
      const now = await state(one);
      if (!["uploaded", "running", "rolling_back"].includes(now.status)) return { now, struck };
      if (struck === kills || done(now) < ((struck + Math.random()) / kills) * ROWS * 0.9) continue;
      await kehu.strike("customer");
      struck += 1;
    }
  };
  /** Files on the disk of processes that were killed. */
  const left = () =>
    readdirSync(tmpdir()).filter((name) => {
      const [, pid] = /^kehu-import-(\d+)-/.exec(name) ?? [];
      return pid !== undefined && !isAlive(Number(pid));
    });
  const accounts = async (query: string) =>
    (await admin.done<Page>("GET", `/v1/accounts?count=exact&limit=1&${query}`)).page;
  const doneRows = ({ created, updated, failed, skipped }: Import) => created + updated + failed + skipped;

  it("imports each row once although its service is killed ten times", async () => {
    const { now, struck } = await underFire(await upload(file(ROWS, "steel")), doneRows, KILLS);
    expect(struck).toBe(KILLS);
    expect(now).toMatchObject({ status: "completed", rows: ROWS, created: ROWS, updated: 0, skipped: 0, failed: 0 });
    expect(await accounts("filter[industry]=steel")).toMatchObject({ total: ROWS });
    await eventually(() => left().length === 0, PATIENCE_MS);
    expect(await accounts(`filter[custom.score][gte]=${ROWS / 4}`)).toMatchObject({ total: ROWS / 2 });
  });

  it("takes all of it back although its service is killed, and every name is free again", async () => {
    const first = await admin.done<{ data: Import[] }>("GET", "/v1/accounts/imports");
    const { id } = first.data[0]!;
    await admin.done("POST", `/v1/accounts/imports/${id}/rollback`);
    const { now, struck } = await underFire(first.data[0]!, ({ rolledBack }) => rolledBack, KILLS_OF_ROLLBACK);
    expect(struck).toBe(KILLS_OF_ROLLBACK);
    expect(now).toMatchObject({ status: "rolled_back", rolledBack: ROWS, kept: 0 });
    expect(await accounts("")).toMatchObject({ total: 0 });
    const again = await underFire(await upload(file(500, "glass")), doneRows, 0);
    expect(again.now).toMatchObject({ status: "completed", created: 500 });
    expect(await accounts("filter[industry]=glass")).toMatchObject({ total: 500 });
    const parked = Object.values(await kehu.parked());
    expect(parked.filter((count) => count !== 0)).toEqual([]);
  });
});
