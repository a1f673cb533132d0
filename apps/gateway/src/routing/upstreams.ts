import { Injectable, type OnApplicationShutdown } from "@nestjs/common";
import { Pool, type Dispatcher } from "undici";
import { Config, type Upstream } from "../gateway-config.ts";

/** Connections beyond those for callers, so that what the gateway asks of a service itself never waits for them. */
const OWN_CONNECTIONS = 8;
/** Below the services' own limit, so that the service never closes a connection that is about to be used. */
const KEEP_ALIVE_MS = 15_000;
/** Longer than the statement timeout of a service. */
const HEADERS_TIMEOUT_MS = 15_000;
const OWN_REQUEST_MS = 3_000;

/** A service, and the connections to it. */
export interface Connected extends Upstream {
  pool: Pool;
}

/** The services behind the gateway. */
@Injectable()
export class Upstreams implements OnApplicationShutdown {
  private readonly byName: ReadonlyMap<string, Connected>;

  constructor(config: Config) {
    this.byName = new Map(
      config.upstreams.map((upstream) => [
        upstream.name,
        {
          ...upstream,
          pool: new Pool(upstream.origin, {
            // As many as requests are let through to it: nothing waits in line here (limits/load.ts).
            connections: config.inFlightPerService + OWN_CONNECTIONS,
            pipelining: 1,
            keepAliveTimeout: KEEP_ALIVE_MS,
            keepAliveMaxTimeout: KEEP_ALIVE_MS,
            connect: { timeout: 2_000 },
            headersTimeout: HEADERS_TIMEOUT_MS,
            bodyTimeout: HEADERS_TIMEOUT_MS,
          }),
        },
      ]),
    );
  }

  get(name: string): Connected {
    const upstream = this.byName.get(name);
    if (!upstream) throw new Error(`There is no service ${name}.`);
    return upstream;
  }

  all(): Connected[] {
    return [...this.byName.values()];
  }

  /** A request of the gateway's own: the body of a 200, else undefined, also when the service is away. */
  async text(name: string, path: string, token: string): Promise<string | undefined> {
    const answer = await this.answer(name, path, token);
    return answer?.status === 200 ? answer.text : undefined;
  }

  /** The same with the status; undefined when the service is away. */
  async answer(name: string, path: string, token: string): Promise<{ status: number; text: string } | undefined> {
    let reply: Dispatcher.ResponseData;
    try {
      reply = await this.get(name).pool.request({
        method: "GET",
        path,
        headers: { authorization: `Bearer ${token}`, accept: "application/json" },
        signal: AbortSignal.timeout(OWN_REQUEST_MS),
      });
      return { status: reply.statusCode, text: await reply.body.text() };
    } catch {
      return undefined;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.all().map(({ pool }) => pool.destroy()));
  }
}
