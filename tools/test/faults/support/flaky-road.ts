import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What befalls a request on its way: an answer that says so, or a connection that ends. */
export type Mishap = { status: number; retryAfter: string } | "hang up";

/** The way to a Kehu through a network that is not always kind: it passes on what nothing befalls. */
export class FlakyRoad {
  /** Requests that came to it, by path. */
  readonly passed: string[] = [];
  /** What befalls the next ones, each once. */
  readonly mishaps: Mishap[] = [];

  private constructor(
    private readonly server: Server,
    private readonly target: string,
  ) {}

  static async to(target: string): Promise<FlakyRoad> {
    const server = createServer((from, to) => road.pass(from, to));
    const road = new FlakyRoad(server, target);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return road;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private pass(from: IncomingMessage, to: ServerResponse): void {
    const mishap = this.mishaps.shift();
    if (mishap === "hang up") return void from.socket.destroy();
    if (mishap) return void to.writeHead(mishap.status, { "retry-after": mishap.retryAfter }).end();
    const { method, headers, url = "/" } = from;
    this.passed.push(url);
    const onward = request(this.target + url, { method, headers }, (reply) => {
      to.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(to);
    });
    from.pipe(onward);
  }
}
