import { bearerOf, Unauthenticated, type RequestContext } from "@kehu/auth";
import { Problem, Unavailable } from "@kehu/contracts";
import { Injectable, Logger, type OnModuleDestroy } from "@nestjs/common";
import jwt from "jsonwebtoken";
import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { Authenticator, type Incoming } from "../access/authenticator.ts";
import { claimsOf, type SessionState } from "../access/session-states.ts";
import { Config } from "../gateway-config.ts";
import { ChangesQueries } from "./changes.queries.ts";
import { Entries } from "./entries.ts";
import { Feed } from "./feed.service.ts";
import { followerOf, parseAsked, type Follower } from "./reach.ts";
import { changes, end, heartbeat, opening, type End } from "./stream-text.ts";
import { SyncTokens } from "./sync-tokens.service.ts";

/** Changes that a stream looks at before it writes. */
const PART = 200;
const HEARTBEAT_MS = 15_000;
/** What is read ahead of the client, in bytes; he who takes nothing keeps it waiting, and libs/http closes him. */
const AHEAD = 16 * 1024;
/** For the farewell of all streams when the process ends. */
const FAREWELL_MS = 1_000;

/** One that is open. */
interface Stream {
  request: Incoming;
  follower: Follower;
  /** Of the caller, for which the follower was made. */
  state: SessionState | undefined;
  named: readonly string[] | null;
  /** The number of the last change that was looked at. */
  seq: number;
}

/** Changes as they happen, as server-sent events. */
@Injectable()
export class Streams implements OnModuleDestroy {
  private readonly log = new Logger(Streams.name);
  private readonly open = new Set<Readable>();
  private readonly counts = new Map<string, number>();
  private readonly heartbeatMs: number;
  private closing = false;

  constructor(
    private readonly feed: Feed,
    private readonly queries: ChangesQueries,
    private readonly tokens: SyncTokens,
    private readonly authenticator: Authenticator,
    private readonly config: Config,
  ) {
    // libs/http takes a connection for dead on which nothing moved for 1.4 times its patience; here it is looked at each second.
    this.heartbeatMs = Math.min(HEARTBEAT_MS, 1.2 * config.clientPatienceMs - 1_000);
  }

  async onModuleDestroy(): Promise<void> {
    this.closing = true;
    const until = performance.now() + FAREWELL_MS;
    while (this.open.size > 0 && performance.now() < until) {
      this.feed.wakeAll();
      await wait(20);
    }
    this.open.forEach((stream) => stream.destroy());
  }

  /**
   * @param since where to begin; without it with what happens from now on
   * @throws Problem 400, 403 or 410 as `ChangesQueries.sync`, 429 or 503 where there are too many streams
   */
  async start(
    query: Readonly<Record<string, unknown>>,
    request: Incoming,
    response: ServerResponse,
    who: RequestContext,
  ): Promise<Readable> {
    const { named, since: asked } = parseAsked(query);
    const follower = followerOf(who, named);
    const since = request.headers["last-event-id"] ?? asked;
    const seq = since === null ? await this.queries.now() : this.tokens.read(String(since), follower, named);
    await this.queries.whole(seq, 1);
    if (response.closed) throw new Problem(408, "request.timeout", "The client has gone.");
    const leave = this.enter(who.actorType === "api-key" ? who.sessionId! : who.actorId);
    const blocks = this.blocks({ request, follower, state: undefined, named, seq });
    const stream = Readable.from(blocks, { objectMode: false, highWaterMark: AHEAD });
    this.open.add(stream);
    response.once("close", () => {
      stream.destroy();
      this.open.delete(stream);
      leave();
    });
    return stream;
  }

  /** Counts a stream. @returns how it is counted no longer */
  private enter(caller: string): () => void {
    const { streams, streamsPerCaller } = this.config;
    const count = this.counts.get(caller) ?? 0;
    if (this.closing || this.open.size >= streams)
      throw new Unavailable("overloaded", "There are too many streams of changes now.", { retryAfter: 5 });
    if (count >= streamsPerCaller) {
      const detail = `You have ${streamsPerCaller} streams of changes open: close one of them.`;
      throw new Problem(429, "rate.concurrent", detail, { retryAfter: 5 });
    }
    this.counts.set(caller, count + 1);
    const unfollow = this.feed.follow();
    return () => {
      unfollow();
      const left = this.counts.get(caller)! - 1;
      if (left > 0) this.counts.set(caller, left);
      else this.counts.delete(caller);
    };
  }

  /** Is asked for the next block when the client has taken what was before it, so nothing piles up. */
  private async *blocks(stream: Stream): AsyncGenerator<string> {
    const token = (seq: number) => this.tokens.sign(seq, stream.follower, stream.named);
    yield opening(token(stream.seq));
    for (let wroteAt = performance.now(); ;) {
      const next = this.feed.next();
      const found = await this.look(stream);
      if (typeof found === "string") {
        yield end(found);
        return;
      }
      const entries = found.list();
      if (entries.length > 0) yield changes(entries, token(stream.seq));
      else if (performance.now() - wroteAt >= this.heartbeatMs) yield heartbeat(token(stream.seq));
      else {
        if (!found.wasFull) await next;
        continue;
      }
      wroteAt = performance.now();
    }
  }

  /** What is new for a stream, by what its caller may do at this moment; or why it ends. */
  private async look(stream: Stream): Promise<(Entries & { wasFull: boolean }) | End> {
    try {
      if (this.closing) return "closing";
      const rows = await this.feed.after(stream.seq, PART);
      // After the reading, so that nothing is told that he may see no longer.
      const state = await this.authenticator.authenticate(stream.request);
      if (!fits(stream, state)) return "reach-changed";
      const entries = new Entries(stream.follower);
      rows.forEach((row) => entries.add(row));
      stream.seq = rows.at(-1)?.seq ?? stream.seq;
      return Object.assign(entries, { wasFull: rows.length === PART });
    } catch (error) {
      return this.endOf(error, stream);
    }
  }

  private endOf(error: unknown, { request }: Stream): End {
    if (error instanceof Unauthenticated) return isExpired(request) ? "token-expired" : "session-ended";
    if (!(error instanceof Problem)) this.log.warn(`A stream of changes ends: ${(error as Error).message}`);
    else if (error.status === 403) return "reach-changed";
    else if (error.status === 410) return "expired";
    return "unavailable";
  }
}

/** Whether the caller reaches what he reached when the stream began. His state is another object whenever it may be another. */
function fits(stream: Stream, state: SessionState): boolean {
  if (state === stream.state) return true;
  const { reach, who } = stream.follower;
  stream.follower = followerOf({ ...who, ...claimsOf(state) }, stream.named);
  stream.state = state;
  return stream.follower.reach === reach;
}

function isExpired(request: Incoming): boolean {
  const payload = jwt.decode(bearerOf(request) ?? "");
  return typeof payload === "object" && payload !== null && (payload.exp ?? Infinity) * 1_000 <= Date.now();
}
