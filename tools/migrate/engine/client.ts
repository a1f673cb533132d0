import { setTimeout as wait } from "node:timers/promises";
import { CannotFinish } from "./cannot-finish.ts";

/** Kehu refused a request. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail: string) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

export interface Login {
  readonly email: string;
  readonly password: string;
}

interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
}

interface Sent {
  readonly method: "GET" | "POST";
  readonly body?: string | FormData;
  readonly idempotencyKey?: string;
  /** Looks whether an earlier attempt was taken, of which no answer came. */
  readonly taken?: () => Promise<unknown>;
}

interface Problem {
  code?: string;
  detail?: string;
  title?: string;
}

const ANSWER_MS = 60_000;
const UPLOAD_MS = 15 * 60_000;
/** A token is renewed so long before it ends. */
const MARGIN_MS = 60_000;
/** How long a fault may last that is no restart: the gateway does not know a path yet, a service answers 500. */
const FAULT_MS = 60_000;
const SLOWEST_MS = 5_000;

/** A client of the gateway that waits out restarts: what it is asked is answered, however often it has to ask. */
export class Client {
  private tokens: (Tokens & { endsAt: number }) | undefined;
  private signingIn: Promise<void> | undefined;
  private readonly url: string;
  private readonly login: Login;
  private readonly patience: number;
  private readonly say: (message: string) => void;

  /**
   * @param url base of the gateway
   * @param patience milliseconds for which Kehu may be away in one piece
   * @param say told when there is something to wait for
   */
  constructor(url: string, login: Login, patience: number, say: (message: string) => void) {
    this.url = url.replace(/\/+$/, "");
    this.login = login;
    this.patience = patience;
    this.say = say;
  }

  get<T>(path: string): Promise<T> {
    return this.ask<T>(path, { method: "GET" });
  }

  /** @param idempotencyKey makes a repeated request have one effect */
  post<T>(path: string, body: string, idempotencyKey: string): Promise<T> {
    return this.ask<T>(path, { method: "POST", body, idempotencyKey });
  }

  /**
   * Sends a file.
   *
   * @param taken looks whether it was taken before, where an answer was lost: what it returns is the answer then
   */
  upload<T>(path: string, body: FormData, taken: () => Promise<T | undefined>): Promise<T> {
    return this.ask<T>(path, { method: "POST", body, taken });
  }

  /** @throws Refused when Kehu answers that it will not; CannotFinish when it has not answered for too long */
  private async ask<T>(path: string, sent: Sent): Promise<T> {
    const began = Date.now();
    for (let attempt = 1; ; attempt++) {
      const result = await this.once(path, sent).catch((error: unknown) => {
        if (error instanceof CannotFinish) throw error;
        if (error instanceof Refused) return error;
        return new Refused(0, "connection.lost", error instanceof Error ? reasonOf(error) : String(error));
      });
      if (!(result instanceof Refused)) return result as T;
      const limit = this.limitFor(result);
      if (limit === 0) throw result;
      if (Date.now() - began > limit) {
        throw new CannotFinish(`${sent.method} ${path}: ${result.status || ""} ${result.code}: ${result.message}`);
      }
      if (attempt === 4) this.say(`Waiting for Kehu: ${result.message}`);
      await wait(pause(attempt));
      const taken = await sent.taken?.();
      if (taken !== undefined) return taken as T;
    }
  }

  /** How long this answer is worth asking again. */
  private limitFor({ status, code }: Refused): number {
    if (status === 0 || [429, 502, 503, 504].includes(status) || code === "idempotency.in-progress")
      return this.patience;
    return status === 401 || status === 404 || status === 500 ? FAULT_MS : 0;
  }

  private async once(path: string, sent: Sent): Promise<unknown> {
    const token = await this.token();
    const reply = await this.fetch(path, sent, token);
    if (reply.ok) return reply.status === 204 ? undefined : reply.json();
    const refused = await refusal(reply);
    if (refused.status === 401 && this.tokens?.accessToken === token) this.tokens.endsAt = 0;
    return refused;
  }

  private fetch(path: string, { method, body, idempotencyKey }: Sent, token?: string): Promise<Response> {
    return fetch(`${this.url}${path}`, {
      method,
      ...(body !== undefined && { body }),
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(typeof body === "string" && { "content-type": "application/json" }),
        ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
      },
      signal: AbortSignal.timeout(typeof body === "object" ? UPLOAD_MS : ANSWER_MS),
    });
  }

  private async token(): Promise<string> {
    while (!this.tokens || this.tokens.endsAt < Date.now()) {
      this.signingIn ??= this.signIn().finally(() => (this.signingIn = undefined));
      await this.signingIn;
    }
    return this.tokens.accessToken;
  }

  /** By the refresh token where there is one; where Kehu refuses it (its answer was lost before), by the password. */
  private async signIn(): Promise<void> {
    const { refreshToken } = this.tokens ?? {};
    const renewed =
      refreshToken === undefined ? undefined : await this.fetch("/v1/auth/refresh", posted({ refreshToken }));
    this.tokens = renewed?.ok === false && renewed.status < 500 && renewed.status !== 429 ? undefined : this.tokens;
    const reply = renewed && this.tokens ? renewed : await this.fetch("/v1/auth/login", posted(this.login));
    if (!reply.ok) {
      const refused = await refusal(reply);
      throw refused.status === 401
        ? new CannotFinish(`Kehu does not accept the e-mail and password of ${this.login.email}.`)
        : refused;
    }
    const tokens = (await reply.json()) as Tokens;
    this.tokens = { ...tokens, endsAt: Date.now() + Math.max(tokens.expiresIn * 1000 - MARGIN_MS, 1_000) };
  }
}

const posted = (body: object): Sent => ({ method: "POST", body: JSON.stringify(body) });

async function refusal(reply: Response): Promise<Refused> {
  const text = await reply.text();
  try {
    const { code, detail, title } = JSON.parse(text) as Problem;
    return new Refused(reply.status, code ?? "", detail ?? title ?? reply.statusText);
  } catch {
    return new Refused(reply.status, "", reply.statusText || text.slice(0, 100));
  }
}

function reasonOf(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

/** Full jitter, from a tenth of a second up to a few seconds. */
function pause(attempt: number): number {
  const ceiling = Math.min(SLOWEST_MS, 100 * 2 ** attempt);
  return ceiling / 2 + Math.random() * (ceiling / 2);
}
