import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { Install } from "../install.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const ADMIN = { email: "access@kehu.example", password: "blaue Giraffe im Regen" };
const PATIENCE_MS = 180_000;

/** What came back, as bytes and as JSON. */
export interface Answered {
  status: number;
  requestId: string;
  /** Body and headers, as a search for what must not be in them needs them. */
  text: string;
  body: Record<string, unknown>;
}

export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** A whole Kehu, run the way a person runs it, with a view of its tables and logs from outside. */
export class System {
  private constructor(
    private readonly install: Install,
    readonly sql: pg.Pool,
  ) {}

  static async start(): Promise<System> {
    const install = await Install.make({
      KEHU_ADMIN_EMAIL: ADMIN.email,
      KEHU_ADMIN_PASSWORD: ADMIN.password,
      KEHU_RATE_LIMIT_ADDRESS: "1000000",
      LOG_LEVEL: "trace",
    });
    install.start();
    await install.untilReady(PATIENCE_MS);
    return new System(install, new pg.Pool({ connectionString: install.superuserUrl(), max: 8 }));
  }

  async stop(): Promise<void> {
    await this.sql.end();
    await this.install.remove();
  }

  /** Ends the process of a service as a lack of memory would; it is started again. */
  kill(name: string): void {
    process.kill(this.install.running().find((one) => one.name === name)!.pid, "SIGKILL");
  }

  async ask(
    method: string,
    path: string,
    token?: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const requestId = randomUUID();
    const reply = await fetch(`http://127.0.0.1:${this.install.port}${path}`, {
      method,
      headers: {
        "x-request-id": requestId,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    return { status: reply.status, requestId, text: JSON.stringify([...reply.headers]) + text, body: parsed(text) };
  }

  /** The same for what prepares a test. @throws Error where it is refused */
  async must(method: string, path: string, token?: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await this.ask(method, path, token, body);
    if (answer.status < 300) return answer.body;
    throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }

  async signIn({ email, password } = ADMIN): Promise<Tokens> {
    return (await this.must("POST", "/v1/auth/login", undefined, { email, password })) as unknown as Tokens;
  }

  /** Runs a program of an operator, as the administrator. */
  command(program: string, ...given: string[]): { status: number | null; said: string } {
    const signIn = { KEHU_EMAIL: ADMIN.email, KEHU_PASSWORD: ADMIN.password };
    const url = { KEHU_URL: `http://127.0.0.1:${this.install.port}` };
    const env = { ...process.env, NODE_OPTIONS: "", ...url, ...signIn };
    const { status, stdout } = spawnSync(process.execPath, [program, ...given], { cwd: ROOT, env });
    return { status, said: stdout.toString() };
  }

  /** Rows of a statement of the superuser. */
  async rows<R extends pg.QueryResultRow>(statement: string, values: unknown[] = []): Promise<R[]> {
    return (await this.sql.query<R>(statement, values)).rows;
  }

  /** What every process has written down, by file; the newest start's own output, too. */
  logs(): Map<string, string> {
    const folder = join(this.install.dataDir, "logs");
    const files = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")] as const);
    return new Map([...files, ["npm start", this.install.output]]);
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  } catch {
    return {};
  }
}
