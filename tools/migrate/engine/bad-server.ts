import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as it came. */
export interface Seen {
  readonly method: string | undefined;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly key: string | undefined;
  /** JSON as what it says; a form as its text. */
  readonly body: unknown;
}

/** How the server behaves: a status with a body, or a connection that is cut. */
export type Behaviour = { status: number; body: object } | "cut";

/** A server for tests of what a client does when things go wrong: it signs anybody in, and then does what it is told. */
export class BadServer {
  readonly seen: Seen[] = [];
  /** Seconds that a token lasts. */
  lifetime = 900;
  private readonly behave: (seen: Seen, count: number) => Behaviour;
  private readonly server = createServer((request, response) => void this.answer(request, response));
  private logins = 0;

  /** @param behave decides about each request that is no login, the first being number 1 */
  constructor(behave: (seen: Seen, count: number) => Behaviour) {
    this.behave = behave;
  }

  async start(): Promise<string> {
    await new Promise<void>((started) => this.server.listen(0, "127.0.0.1", started));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((stopped) => this.server.close(stopped));
  }

  /** What was asked besides logins. */
  get asked(): Seen[] {
    return this.seen.filter(({ path }) => !path.startsWith("/v1/auth/"));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { authorization } = request.headers;
    const seen: Seen = {
      method: request.method,
      path: request.url ?? "",
      authorization,
      key: request.headers["idempotency-key"] as string | undefined,
      body: request.headers["content-type"]?.startsWith("multipart/") ? text : text && (JSON.parse(text) as unknown),
    };
    this.seen.push(seen);
    const behaviour = seen.path.startsWith("/v1/auth/") ? this.signIn() : this.behave(seen, this.asked.length);
    if (behaviour === "cut") return void request.socket.destroy();
    response.writeHead(behaviour.status, { "content-type": "application/json" }).end(JSON.stringify(behaviour.body));
  }

  private signIn(): Behaviour {
    this.logins++;
    const tokens = {
      accessToken: `access ${this.logins}`,
      refreshToken: `refresh ${this.logins}`,
      expiresIn: this.lifetime,
    };
    return { status: 200, body: tokens };
  }
}
