import { ADMIN, eventually, newSecret, testDatabase, type TestDatabase } from "@kehu/testing";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { Agent, get, type IncomingMessage } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Runs the process itself until it ends by itself, or is live, has its visitors, and is then told to end. */
async function run(
  env: Record<string, string | undefined>,
  visitors: Visitor[] = [],
): Promise<{ code: number | null; output: string; live: boolean }> {
  const flags = ["--conditions=source", "--import", join(ROOT, "tools/swc-hook.mjs")];
  const given = Object.entries({ PATH: process.env.PATH, ...env }).filter(([, value]) => value !== undefined);
  const child = spawn(process.execPath, [...flags, join(ROOT, "apps/gateway/src/main.ts")], {
    env: Object.fromEntries(given),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, "exit");
  const live = await eventually(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return { yes: false };
    const { ok } = await fetch(`http://127.0.0.1:${env.PORT}/health/live`);
    return { yes: ok };
  }, 20_000);
  const visits = visitors.map((visitor) => visitor.stay(Number(env.PORT)));
  await eventually(() => expect(visitors.every(({ answers }) => answers.length > 10)).toBe(true));
  if (live.yes) child.kill("SIGTERM");
  await Promise.all([ended, ...visits]);
  return { code: child.exitCode, output, live: live.yes };
}

/** Asks again and again over one connection, until it is told that the connection ends. */
class Visitor {
  readonly answers: number[] = [];
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  async stay(port: number): Promise<void> {
    for (let staying = true; staying;) {
      const [answer] = (await once(get({ port, path: "/health/live", agent: this.agent }), "response")) as [
        IncomingMessage,
      ];
      this.answers.push(answer.statusCode!);
      staying = answer.headers.connection !== "close";
      await once(answer.resume(), "end");
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

describe("the start of the gateway", () => {
  let database: TestDatabase;
  let env: Record<string, string | undefined>;

  beforeAll(async () => {
    database = await testDatabase("identity");
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    env = {
      PORT: String(await freePort()),
      DATABASE_URL: database.url("identity"),
      KEHU_CURSOR_SECRET: newSecret(),
      KEHU_SERVICES: "customer=http://127.0.0.1:9,sales=http://127.0.0.1:9",
      KEHU_INTERNAL_SECRETS: `customer=${newSecret()},sales=${newSecret()}`,
      KEHU_KEYS_DIR: mkdtempSync(join(tmpdir(), "kehu-keys-")),
      KEHU_AUDIT_DIR: mkdtempSync(join(tmpdir(), "kehu-audit-")),
      KEHU_ADMIN_EMAIL: ADMIN.email,
      KEHU_ADMIN_PASSWORD: ADMIN.password,
      LOG_LEVEL: "info",
    };
  });

  it.each<[string, string | undefined]>([
    ["KEHU_INTERNAL_SECRETS", "customer=secret-val,sales=secret-val-2"],
    ["KEHU_ADMIN_PASSWORD", undefined],
    ["KEHU_ADMIN_PASSWORD", "secret-val"],
    ["KEHU_ADMIN_PASSWORD", "administrator"],
    ["KEHU_ADMIN_EMAIL", undefined],
  ])("A51 ends with code 78 and the name of the variable: %s=%s", async (variable, value) => {
    const { code, output } = await run({ ...env, [variable]: value });
    expect({ code, output }).toMatchObject({ code: 78, output: expect.stringContaining(variable) as string });
    expect(output).not.toContain("secret-val");
  });

  it("A51 ends with code 78 for a key that everybody may read, or that is none", async () => {
    const folder = env.KEHU_KEYS_DIR!;
    writeFileSync(join(folder, "20260101T000000Z.pem"), "no key", { mode: 0o600 });
    expect(await run(env)).toMatchObject({ code: 78, output: expect.stringContaining("KEHU_KEYS_DIR") as string });
    chmodSync(join(folder, "20260101T000000Z.pem"), 0o644);
    expect(await run(env)).toMatchObject({ code: 78, output: expect.stringContaining("everybody") as string });
  });

  it("starts with what it needs, keeps its key private, ends on SIGTERM, and starts again without the password", async () => {
    expect(await run(env)).toMatchObject({ code: 0, live: true });
    const [file] = readdirSync(env.KEHU_KEYS_DIR!);
    expect(statSync(join(env.KEHU_KEYS_DIR!, file!)).mode & 0o777).toBe(0o600);
    expect(await run({ ...env, KEHU_ADMIN_PASSWORD: undefined, KEHU_ADMIN_EMAIL: undefined })).toMatchObject({
      code: 0,
      live: true,
    });
    expect(readdirSync(env.KEHU_KEYS_DIR!)).toEqual([file]);
  });

  it("answers all who are connected when it is told to end, and asks them to go", async () => {
    const visitors = Array.from({ length: 8 }, () => new Visitor());
    expect(await run(env, visitors)).toMatchObject({ code: 0, live: true });
    expect(new Set(visitors.flatMap(({ answers }) => answers))).toEqual(new Set([200]));
  });
});
