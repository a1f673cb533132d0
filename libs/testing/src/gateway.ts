import { createApp } from "@kehu/http";
import type { Type } from "@nestjs/common";
import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { eventually } from "./eventually.ts";
import type { TestDatabase } from "./postgres.ts";

/** The first administrator of a test. */
export const ADMIN = { email: "admin@kehu.example", password: "blaue Giraffe im Regen" };

interface Answer<B = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: B;
}

interface GatewayOptions {
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A gateway in the test's process, over real HTTP, on real Postgres. */
export interface TestGateway {
  readonly url: string;
  readonly port: number;
  readonly keysDir: string;
  request<B = Record<string, unknown>>(method: string, path: string, options?: GatewayOptions): Promise<Answer<B>>;
  login(email?: string, password?: string): Promise<{ accessToken: string; refreshToken: string }>;
  /** Sends bytes as they are and returns everything that comes back until the connection ends. */
  raw(bytes: string | Buffer): Promise<string>;
  /** Connections of clients that are open. */
  connections(): Promise<number>;
  /** Ends it as SIGTERM does after its moment of farewell: what is under way is answered. */
  farewell(): Promise<void>;
  close(): Promise<void>;
}

/** A service behind the gateway of a test. */
interface Behind {
  name: string;
  secret: string;
  port: number;
}

/** A secret as the product asks for it. */
export const newSecret = () => randomBytes(32).toString("hex");

/**
 * Sets the environment that the gateway reads when it is imported; once per test file.
 *
 * @param further variables that this test wants otherwise
 * @returns the folder of its keys
 */
export function configureGateway(
  database: TestDatabase,
  services: readonly Behind[],
  further: Record<string, string> = {},
): string {
  const keysDir = mkdtempSync(join(tmpdir(), "kehu-keys-"));
  Object.assign(process.env, {
    PORT: "0",
    DATABASE_URL: database.url("identity"),
    KAFKA_BROKERS: "",
    KEHU_CURSOR_SECRET: newSecret(),
    KEHU_SERVICES: services.map(({ name, port }) => `${name}=http://127.0.0.1:${port}`).join(","),
    KEHU_INTERNAL_SECRETS: services.map(({ name, secret }) => `${name}=${secret}`).join(","),
    KEHU_KEYS_DIR: keysDir,
    KEHU_AUDIT_DIR: join(keysDir, "audit"),
    KEHU_ADMIN_EMAIL: ADMIN.email,
    KEHU_ADMIN_PASSWORD: ADMIN.password,
    KEHU_PUBLIC_URL: "https://crm.example",
    KEHU_RATE_LIMIT_ADDRESS: "1000000",
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? "silent",
    ...further,
  });
  return keysDir;
}

/**
 * Starts a gateway with the environment of `configureGateway`, and waits until it is ready.
 *
 * @param load imports its AppModule
 */
export async function startGateway(load: () => Promise<{ AppModule: Type }>, keysDir: string): Promise<TestGateway> {
  const { AppModule } = await load();
  const app = await createApp(AppModule, "gateway", process.env.LOG_LEVEL ?? "silent", {
    clientPatienceMs: Number(process.env.KEHU_CLIENT_PATIENCE_MS ?? 15_000),
    trustedProxies: (process.env.KEHU_TRUSTED_PROXIES ?? "").split(",").filter((range) => range !== ""),
    isSecure: process.env.KEHU_PUBLIC_URL?.startsWith("https:"),
  });
  await app.startAllMicroservices();
  await app.listen(0, "127.0.0.1");
  const server = app.getHttpServer();
  const { port } = server.address() as { port: number };
  const url = `http://127.0.0.1:${port}`;
  const request = async <B>(
    method: string,
    path: string,
    { token, body, headers }: GatewayOptions = {},
  ): Promise<Answer<B>> => {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parsed(text) as B };
  };
  await eventually(async () => (await request("GET", "/health/ready")).status === 200);
  return {
    url,
    port,
    keysDir,
    request,
    async login(email = ADMIN.email, password = ADMIN.password) {
      const { status, body } = await request<{ accessToken: string; refreshToken: string }>("POST", "/v1/auth/login", {
        body: { email, password },
      });
      if (status !== 200) throw new Error(`login answered ${status}`);
      return body;
    },
    raw: (bytes) => exchange(port, bytes),
    connections: () => promisify(server.getConnections.bind(server))(),
    farewell: () => app.close(),
    async close() {
      server.closeAllConnections();
      await app.close();
    },
  };
}

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

function exchange(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.setTimeout(2_000, () => socket.destroy());
    socket.on("data", (chunk) => (text += chunk.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(text));
  });
}
