import {
  isOwnerless,
  NO_RULES,
  PERMISSIONS,
  signInternalToken,
  type FieldRules,
  type Place,
  type Scope,
} from "@kehu/auth";
import { createApp } from "@kehu/http";
import type { Type } from "@nestjs/common";
import { createSecretKey, randomBytes, randomUUID } from "node:crypto";
import type { TestDatabase } from "./postgres.ts";

/** A caller of a test. */
export interface TestCaller {
  id: string;
  grants: Record<string, Scope>;
  place?: Place;
  timeZone?: string;
  fieldRules?: FieldRules;
  /** `user` where it is left out. */
  actorType?: "user" | "api-key";
}

/** A caller who may do everything, as an administrator may. */
export function anAdministrator(id: string = randomUUID()): TestCaller {
  return { id, grants: everything("all") };
}

/** Every permission with a scope; with `all` where nothing has an owner. */
export function everything(scope: Scope): Record<string, Scope> {
  return Object.fromEntries(PERMISSIONS.map((permission) => [permission, isOwnerless(permission) ? "all" : scope]));
}

/** A caller who may do everything with what is his own. */
export function anOwner(id: string = randomUUID()): TestCaller {
  return { id, grants: everything("own") };
}

/** What came back. */
export interface TestAnswer<B> {
  status: number;
  headers: Headers;
  /** Parsed JSON; undefined where the body is empty. */
  body: B;
}

/** The master key of every service that a test file starts. */
export const MASTER_KEY = randomBytes(32).toString("hex");

interface RequestOptions {
  body?: unknown;
  headers?: Record<string, string>;
}

/** A service that runs in the test's process, over real HTTP, on real Postgres. */
export interface TestService {
  readonly url: string;
  /** Sends a request as the gateway would for the caller; null sends no token. */
  request<B = Record<string, unknown>>(
    caller: TestCaller | null,
    method: string,
    path: string,
    options?: RequestOptions,
  ): Promise<TestAnswer<B>>;
  /** The token that the gateway would send for the caller. */
  tokenOf(caller: TestCaller): string;
  close(): Promise<void>;
}

/**
 * Starts a service with its relay and its consumers.
 *
 * @param name the service's name, the audience of its tokens
 * @param schema its schema
 * @param load imports its AppModule; called after the environment is set, since configuration is read on import
 * @param brokers Kafka; none means the Postgres log
 */
export async function startService(
  { name, schema }: { name: string; schema: string },
  load: () => Promise<{ AppModule: Type }>,
  database: TestDatabase,
  brokers: readonly string[] = [],
): Promise<TestService> {
  const secret = randomBytes(32).toString("hex");
  Object.assign(process.env, {
    PORT: "0",
    DATABASE_URL: database.url(schema),
    KAFKA_BROKERS: brokers.join(","),
    KEHU_INTERNAL_SECRET: secret,
    KEHU_CURSOR_SECRET: randomBytes(32).toString("hex"),
    KEHU_MASTER_KEY: MASTER_KEY,
    LOG_LEVEL: process.env["TEST_LOG_LEVEL"] ?? "silent",
  });
  const { AppModule } = await load();
  const app = await createApp(AppModule, name, process.env["LOG_LEVEL"]!);
  await app.startAllMicroservices();
  await app.listen(0, "127.0.0.1");
  const url = await app.getUrl();
  const key = createSecretKey(Buffer.from(secret));
  const tokenOf = ({ id, grants, place, timeZone, fieldRules = NO_RULES, actorType = "user" }: TestCaller) =>
    signInternalToken(
      {
        actorType,
        actorId: id,
        sessionId: null,
        grants,
        fieldRules,
        place: place ?? null,
        timeZone: timeZone ?? null,
      },
      name,
      key,
    );
  return {
    url,
    tokenOf,
    async request<B>(caller: TestCaller | null, method: string, path: string, { body, headers }: RequestOptions = {}) {
      const token = caller && tokenOf(caller);
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: (text === "" ? undefined : JSON.parse(text)) as B,
      };
    },
    close: () => app.close(),
  };
}
