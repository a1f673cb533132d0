import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "@kehu/database/embedded";
import { eventually } from "@kehu/testing";
import { ROOT } from "../start/settings.ts";
import { Install } from "./install.ts";

const NAMES = ["gateway", "customer", "sales", "service-desk", "marketing", "analytics"];

describe("npm start", () => {
  let install: Install;
  let password: string;

  /** Takes the way through gateway and database. */
  const signIn = async (): Promise<number> => {
    const reply = await fetch(`http://localhost:${install.port}/v1/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "admin@kehu.local", password }),
    });
    return reply.status;
  };

  beforeAll(async () => {
    install = await Install.make();
    install.start();
    await install.untilReady();
  }, 90_000);
  afterAll(() => install.remove(), 60_000);

  it("comes from an empty folder to ready, and names the processes in run.json", async () => {
    expect(install.running().map(({ name }) => name)).toEqual(NAMES);
    expect(install.running()[0]?.port).toBe(install.port);
    expect(await install.isReady()).toBe(true);
  });

  it("makes the first administrator with the password that it prints", async () => {
    const [, email = ""] = /Administrator +(\S+)/.exec(install.output) ?? [];
    password = String(/Password +(\S+)/.exec(install.output)?.[1]);
    expect(email).toBe("admin@kehu.local");
    expect(await signIn()).toBe(200);
    expect(readFileSync(join(install.dataDir, "secrets.json"), "utf8")).not.toContain(password);
  });

  it("keeps an audit trail that the command verifies", async () => {
    const verify = () => {
      const env = { ...process.env, NODE_OPTIONS: "", KEHU_DATA_DIR: install.dataDir };
      const { status, stdout } = spawnSync(process.execPath, ["tools/audit.ts", "verify"], { cwd: ROOT, env });
      return { status, said: stdout.toString() };
    };
    await eventually(() => {
      expect(verify()).toEqual({
        status: 0,
        said: expect.stringMatching(/^[1-9]\d* entries .* [12] signed heads; 0 wait/),
      });
    }, 20_000);
  });

  it("keeps its secrets to itself", () => {
    expect(statSync(join(install.dataDir, "secrets.json")).mode & 0o777).toBe(0o600);
  });

  it("refuses to run a second time over the same data", async () => {
    const first = install.starter;
    const second = install.start();
    const [code] = (await once(second, "exit")) as [number];
    install.starter = first;
    expect(code).toBe(1);
    expect(install.output).toContain("Kehu is already running");
    expect(await install.isReady()).toBe(true);
  });

  it("starts every process again that is killed", async () => {
    const before = install.running();
    for (const { pid } of before) process.kill(pid, "SIGKILL");
    await eventually(() => install.running().every(({ pid }, index) => pid !== before[index]?.pid));
    await eventually(() => install.isReady(), 30_000);
    expect(install.running().map(({ name, port }) => [name, port])).toEqual(
      before.map(({ name, port }) => [name, port]),
    );
  }, 40_000);

  it("starts Postgres again when it is killed, and the others find their way back to it", async () => {
    const before = { postmaster: install.postmaster(), running: install.running() };
    process.kill(before.postmaster, "SIGKILL");
    await eventually(() => install.postmaster() !== before.postmaster, 20_000);
    await eventually(() => install.isReady(), 30_000);
    await eventually(async () => (await signIn()) === 200);
    expect(install.running()).toEqual(before.running);
  }, 60_000);

  it("takes up what is left after it was killed itself", async () => {
    const before = install.running();
    install.starter?.kill("SIGKILL");
    await once(install.starter!, "exit");
    expect(before.every(({ pid }) => isAlive(pid))).toBe(true);
    install.start("npm");
    await install.untilReady();
    expect(before.filter(({ pid }) => isAlive(pid))).toEqual([]);
    expect(await install.isReady()).toBe(true);
    expect(install.output).not.toContain("Password");
  }, 90_000);

  it("stops everything when a signal reaches npm alone", async () => {
    const postmaster = install.postmaster();
    const supervisor = install.supervisor();
    const began = Date.now();
    install.starter?.kill("SIGTERM");
    await eventually(() => install.processes().length === 0 && !isAlive(postmaster) && !isAlive(supervisor), 25_000);
    expect(Date.now() - began).toBeLessThan(25_000);
    expect(["run.json", "start.json"].filter((file) => existsSync(join(install.dataDir, file)))).toEqual([]);
    expect(readFileSync(join(install.dataDir, "logs", "postgres.log"), "utf8")).toMatch(
      /database system is shut down\n$/,
    );
  }, 40_000);
});

describe("npm start with a wrong configuration", () => {
  it("says which variable is wrong, and ends with exit code 78", async () => {
    const install = await Install.make({ LOG_LEVEL: "loud" });
    const [code] = (await once(install.start(), "exit")) as [number];
    await install.remove();
    expect(code).toBe(78);
    expect(install.output).toContain("LOG_LEVEL");
    expect(install.output).not.toContain("loud");
  }, 60_000);
});
