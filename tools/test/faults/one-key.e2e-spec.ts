import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { untilLevel } from "../../migrate/engine/freshness.ts";
import { ROOT } from "../../planted/tree.ts";
import { sampleData } from "./support/data-sets.ts";
import { Kehu, LOGIN } from "./support/kehu.ts";
import { Migration } from "./support/migration.ts";
import { Person } from "./support/person.ts";

interface Account {
  id: string;
  version: number;
  industry: string | null;
}

describe("many at once, through the gateway", () => {
  let kehu: Kehu;
  let person: Person;

  beforeAll(async () => {
    kehu = await Kehu.start();
    person = await Person.signIn(kehu.url);
  });
  afterAll(() => kehu.remove());

  it("do once what one Idempotency-Key asks for 100 times", async () => {
    const key = { "idempotency-key": randomUUID() };
    const ask = () => person.ask<Account & { code: string }>("POST", "/v1/accounts", { name: "Once" }, key);
    const answers = await Promise.all(Array.from({ length: 100 }, ask));
    const made = answers.filter(({ status }) => status === 201);
    const others = answers.filter(({ status }) => status !== 201);
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map(({ text }) => text)).size).toBe(1);
    // Who asks while the first one is still at work is told so, and may ask again.
    expect(others.filter(({ body }) => body.code !== "idempotency.in-progress")).toEqual([]);
    expect((await ask()).text).toBe(made[0]?.text);
    const id = made[0]?.body.id;
    expect((await kehu.api.all("accounts")).map((account) => account.id)).toEqual([id]);
    expect((await person.done<Account>("GET", `/v1/accounts/${id}`)).version).toBe(1);
    await untilLevel(kehu.client, 60_000);
    expect(await kehu.api.total("account-count")).toBe(1);
  });

  it("change one record 50 times, and none is lost", async () => {
    const { id, version } = await person.done<Account>("POST", "/v1/accounts", { name: "Wanted by all" });
    const industries = Array.from({ length: 50 }, (_, number) => `Industry ${number}`);
    const answers = await Promise.all(
      industries.map((industry) => person.ask<Account>("PATCH", `/v1/accounts/${id}`, { industry })),
    );
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    const versions = answers.map(({ body }) => body.version).sort((one, other) => one - other);
    expect(versions).toEqual(industries.map((_, number) => version + 1 + number));
    const last = answers.find(({ body }) => body.version === version + 50)?.body;
    expect(await person.done<Account>("GET", `/v1/accounts/${id}`)).toEqual(last);
    const { data } = await person.done<{ data: { field: string; after: unknown }[] }>(
      "GET",
      `/v1/accounts/${id}/history?limit=200`,
    );
    const set = data.filter(({ field, after }) => field === "industry" && after !== null).map(({ after }) => after);
    expect(set.sort()).toEqual([...industries].sort());
  });
});

describe("npm run rebuild -- analytics, while requests go on", () => {
  let kehu: Kehu;
  let person: Person;

  /** Every metric, whole and by each of its dimensions, as the bytes that come. */
  async function metrics(): Promise<string[]> {
    const { data } = await person.done<{ data: { name: string; dimensions: string[] }[] }>("GET", "/v1/metrics");
    const paths = data.flatMap(({ name, dimensions }) => [name, ...dimensions.map((one) => `${name}?groupBy=${one}`)]);
    const answers: string[] = [];
    for (const path of paths) {
      const { status, text } = await person.ask("GET", `/v1/metrics/${path}`);
      expect({ path, status }).toEqual({ path, status: 200 });
      answers.push(text);
    }
    return answers;
  }

  /** Runs the command; does the work again and again until it has ended. @returns how often */
  async function rebuild(work: () => Promise<void>): Promise<number> {
    const env = { ...process.env, KEHU_URL: kehu.url, KEHU_EMAIL: LOGIN.email, KEHU_PASSWORD: LOGIN.password };
    const child = spawn(process.execPath, ["tools/rebuild.ts", "analytics"], {
      cwd: ROOT,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const exit = once(child, "exit");
    let times = 0;
    for (; child.exitCode === null && child.signalCode === null; times += 1) {
      await work();
      await wait(5);
    }
    await exit;
    expect(output).toMatch(/Rebuilt from [1-9]\d* events/);
    return times;
  }

  beforeAll(async () => {
    kehu = await Kehu.start();
    person = await Person.signIn(kehu.url);
    await new Migration(kehu.url, (await sampleData(0.3)).folder).files();
  });
  afterAll(() => kehu.remove());

  it("shows the same metrics to the byte, at every moment", async () => {
    const before = await metrics();
    const reads = await rebuild(async () => expect(await metrics()).toEqual(before));
    expect(reads).toBeGreaterThan(0);
    expect(await metrics()).toEqual(before);
  });

  it("loses nothing of what is written meanwhile", async () => {
    const before = await kehu.api.count("accounts");
    const written = await rebuild(async () => {
      await person.done("POST", "/v1/accounts", { name: "Meanwhile" });
    });
    expect(written).toBeGreaterThan(0);
    await untilLevel(kehu.client, 60_000);
    expect(await kehu.api.total("account-count")).toBe(before + written);
    const level = await metrics();
    await rebuild(() => Promise.resolve());
    expect(await metrics()).toEqual(level);
  });
});
