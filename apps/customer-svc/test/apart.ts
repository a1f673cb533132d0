import { signInternalToken, type Scope } from "@kehu/auth";
import { freePorts } from "@kehu/database/embedded";
import { anAdministrator, eventually, MASTER_KEY, newSecret, testDatabase, type TestDatabase } from "@kehu/testing";
import { spawn, type ChildProcess } from "node:child_process";
import { createSecretKey } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const PROGRAM = join(import.meta.dirname, "../dist/main.js");
/** As `npm start` runs it, and with less memory than a machine would give it. */
const FLAGS = [
  "--max-semi-space-size=8",
  "--no-allocation-site-pretenuring",
  "--no-memory-reducer",
  "--max-old-space-size=144",
];
const START_MS = 60_000;

/** customer-svc as it was built, in a process of its own, which what it reads might kill. */
export class CustomerApart {
  private readonly key: ReturnType<typeof createSecretKey>;

  private constructor(
    readonly database: TestDatabase,
    readonly url: string,
    private readonly child: ChildProcess,
    secret: string,
  ) {
    this.key = createSecretKey(Buffer.from(secret));
  }

  static async start(): Promise<CustomerApart> {
    const database = await testDatabase("customer");
    const [port = 0] = await freePorts(1);
    const secret = newSecret();
    const env = {
      PORT: String(port),
      DATABASE_URL: database.url("customer"),
      KEHU_INTERNAL_SECRET: secret,
      KEHU_CURSOR_SECRET: newSecret(),
      KEHU_MASTER_KEY: MASTER_KEY,
      LOG_LEVEL: "error",
    };
    const child = spawn(process.execPath, [...FLAGS, PROGRAM], { env, stdio: ["ignore", "inherit", "inherit"] });
    const apart = new CustomerApart(database, `http://127.0.0.1:${port}`, child, secret);
    await eventually(async () => {
      if (!apart.isAlive) throw new Error(`It ended with ${child.exitCode}: is it built?`);
      return (await fetch(`${apart.url}/health/ready`)).ok;
    }, START_MS);
    return apart;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The most memory that the process has had, in megabytes; null where the system does not tell. */
  get peak(): number | null {
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
      return Math.round(Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024);
    } catch {
      return null;
    }
  }

  /** A caller who may do everything. */
  readonly admin = anAdministrator();

  /** The header that the gateway would send for him. */
  get authorization(): string {
    const caller: { grants: Record<string, Scope> } = { grants: this.admin.grants };
    const token = { actorType: "user", actorId: this.admin.id, sessionId: null, place: null, timeZone: null } as const;
    return `Bearer ${signInternalToken({ ...token, ...caller, fieldRules: {} }, "customer", this.key)}`;
  }

  async ask<B>(method: string, path: string, body?: object): Promise<{ status: number; body: B }> {
    const answer = await fetch(this.url + path, {
      method,
      headers: { authorization: this.authorization, ...(body && { "content-type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
    return { status: answer.status, body: (await answer.json()) as B };
  }

  async close(): Promise<void> {
    if (this.isAlive) {
      this.child.kill("SIGTERM");
      await once(this.child, "exit");
    }
    await this.database.close();
  }
}
