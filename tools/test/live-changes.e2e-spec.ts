import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { isAlive } from "@kehu/database/embedded";
import { eventually } from "@kehu/testing";
import { Kehu } from "./faults/support/kehu.ts";
import { Person } from "./faults/support/person.ts";
import { Crowd, LockWatch } from "./live-changes.ts";

const START_MS = 240_000;
const PATIENCE_MS = 180_000;
const ROWS = 1_000;
const RECORDS = 200;
/** No lock for which others wait is held longer. */
const LONGEST_MS = 1_000;

interface Account {
  id: string;
  version: number;
}
interface Import {
  id: string;
  status: string;
}
interface List {
  data: (Account & { custom: Record<string, unknown> })[];
  page: { total: number };
}

const label = (en: string, zh: string) => ({ en, zh });

describe("a company that arranges itself while people work", () => {
  let kehu: Kehu;
  let admin: Person;
  let crowd: Crowd;
  let locks: LockWatch;

  beforeAll(async () => {
    kehu = await Kehu.start();
    admin = await Person.signIn(kehu.url);
    const operations = Array.from({ length: RECORDS }, (_, n) => ({ op: "create", data: { name: `旧客户 ${n}` } }));
    const { results } = await admin.done<{ results: Account[] }>("POST", "/v1/accounts/bulk", { operations });
    locks = await LockWatch.start(kehu.install.superuserUrl());
    crowd = new Crowd(await Person.signIn(kehu.url));
    begin(results.map(({ id }) => id));
  }, START_MS);
  afterAll(async () => {
    await crowd.rest();
    await locks.end();
    await kehu.remove();
  }, START_MS);

  /** Readers and writers. */
  function begin(ids: readonly string[]): void {
    let turn = 0;
    const next = () => ids[(turn += 1) % ids.length]!;
    crowd.begin(() => crowd.done("GET", `/v1/accounts/${next()}`));
    crowd.begin(() => crowd.done("GET", "/v1/accounts?limit=50&count=exact"));
    crowd.begin(() => crowd.done("GET", "/v1/accounts?sort=name&limit=50&q=客户"));
    crowd.begin(() => crowd.done("POST", "/v1/accounts", { name: "新客户" }));
    crowd.begin(() => crowd.done("PATCH", `/v1/accounts/${next()}`, { industry: `i${turn}` }));
  }

  /** Lets the crowd answer for the work that goes on beside a deed, and after it. */
  async function untilMoreWasDone(): Promise<void> {
    const before = crowd.requests;
    await eventually(() => crowd.requests > before + 50, PATIENCE_MS);
  }

  async function importFile(text: string, options: object): Promise<Import> {
    const form = new FormData();
    form.set("options", JSON.stringify(options));
    form.set("file", new Blob([text]), "客户.csv");
    const headers = { authorization: `Bearer ${admin.token}` };
    const answer = await fetch(`${kehu.url}/v1/accounts/imports`, { method: "POST", headers, body: form });
    expect(answer.status).toBe(202);
    const { id } = (await answer.json()) as Import;
    return eventually(async () => {
      const now = await admin.done<Import>("GET", `/v1/accounts/imports/${id}`);
      expect(["completed", "failed"]).toContain(now.status);
      return now;
    }, PATIENCE_MS);
  }

  it(
    "gets two fields, a view and an import, and no request fails, no process starts anew, no lock is held for long",
    async () => {
      const before = kehu.install.running();
      await untilMoreWasDone();
      const choices = ["gold", "silver"].map((value) => ({ value, label: label(value, value) }));
      await admin.done("POST", "/v1/accounts/fields", {
        name: "tier",
        type: "choice",
        label: label("Tier", "级别"),
        choices,
      });
      await admin.done("POST", "/v1/accounts/fields", { name: "seats", type: "number", label: label("Seats", "席位") });
      await untilMoreWasDone();
      const view = await admin.done<Account>("POST", "/v1/accounts/views", {
        name: "金牌",
        where: { field: "custom.tier", value: "gold" },
        sort: ["-custom.seats"],
        fields: ["name", "custom.seats"],
      });
      const rows = Array.from({ length: ROWS }, (_, n) => `${n},客户 ${n},${n % 2 ? "gold" : "silver"},${n}`);
      const mapping = { No: "externalIds.erp", Name: "name", Tier: "custom.tier", Seats: "custom.seats" };
      const done = await importFile(["No,Name,Tier,Seats", ...rows].join("\r\n"), { mode: "upsert", mapping });
      expect(done).toMatchObject({ status: "completed", created: ROWS, failed: 0 });
      const golden = await crowd.done<List>("GET", `/v1/accounts/views/${view.id}/records?limit=2`);
      expect(golden.data.map(({ custom }) => custom["seats"])).toEqual([ROWS - 1, ROWS - 3]);
      await crowd.done("PATCH", `/v1/accounts/${golden.data[0]!.id}`, { custom: { tier: "silver", seats: 0.5 } });
      const counted = await crowd.done<List>("GET", "/v1/accounts?filter[custom.tier]=gold&limit=1&count=exact");
      expect(counted.page.total).toBe(ROWS / 2 - 1);
      await untilMoreWasDone();
      await crowd.rest();
      await locks.end();
      process.stderr.write(
        `\n${crowd.requests} requests beside the changes, ${crowd.repeated} of them again; ${locks.looks} looks at locks: the longest wait ${Math.round(locks.longest.wait)} ms, a table closed for at most ${Math.round(locks.longest.exclusive)} ms.\n`,
      );
      expect(crowd.faults).toEqual([]);
      expect(crowd.repeated).toBeLessThanOrEqual(crowd.requests / 100);
      expect(kehu.install.running()).toEqual(before);
      expect(before.filter(({ pid }) => !isAlive(pid))).toEqual([]);
      expect(locks.looks).toBeGreaterThan(50);
      expect(locks.longest.wait).toBeLessThan(LONGEST_MS);
      expect(locks.longest.exclusive).toBeLessThan(LONGEST_MS);
    },
    START_MS,
  );

  /** What is answered to the headers of an upload whose body never comes. */
  async function answerTo(headers: Record<string, string | number>): Promise<[status?: number, code?: string]> {
    const sent = request(`${kehu.url}/v1/accounts/imports`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${admin.token}`,
        "content-type": "multipart/form-data; boundary=x",
        "idempotency-key": randomUUID(),
        ...headers,
      },
    });
    sent.on("error", () => undefined);
    sent.flushHeaders();
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    const { code } = (await json(answer)) as { code: string };
    sent.destroy();
    return [answer.statusCode, code];
  }

  it("A32 takes no file of more than 250 MB, and none that does not say how large it is, before it comes", async () => {
    expect(await answerTo({ "content-length": 251 * 1024 ** 2 })).toEqual([413, "request.too-large"]);
    expect(await answerTo({ "transfer-encoding": "chunked" })).toEqual([411, "request.length-required"]);
  });
});
