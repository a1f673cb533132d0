import { setTimeout as wait } from "node:timers/promises";
import { Pool } from "undici";
import { quantile } from "./figures.ts";

export const CONNECTIONS = 16;

/** One request of a load. */
export interface Request {
  readonly method: "GET" | "POST" | "PATCH";
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface LoadResult {
  requests: number;
  seconds: number;
  /** Milliseconds. */
  p50: number;
  p95: number;
  p99: number;
}

/** Sends requests to one address over 16 connections. */
export class Load {
  private readonly pool: Pool;

  constructor(origin: string) {
    this.pool = new Pool(origin, { connections: CONNECTIONS, pipelining: 1 });
  }

  /** Each connection sends its next request as soon as the last is answered. */
  async closed(next: () => Request, seconds: number): Promise<LoadResult> {
    const latencies: number[] = [];
    const start = performance.now();
    const end = start + seconds * 1_000;
    await this.onEach(async () => {
      while (performance.now() < end) latencies.push(await this.send(next()));
    });
    return resultOf(latencies, start);
  }

  /** The same, for so many requests. */
  async count(next: () => Request, requests: number): Promise<void> {
    let left = requests;
    await this.onEach(async () => {
      while (left-- > 0) await this.send(next());
    });
  }

  /** Sends so many requests a second, whether the earlier ones are answered or not. */
  async paced(next: () => Request, perSecond: number, seconds: number): Promise<LoadResult> {
    const sent: Promise<number>[] = [];
    const start = performance.now();
    for (let count = 0; count < perSecond * seconds; count++) {
      const due = start + (count * 1_000) / perSecond;
      if (due > performance.now()) await wait(due - performance.now());
      const one = this.send(next());
      one.catch(() => undefined); // it is waited for at the end
      sent.push(one);
    }
    return resultOf(await Promise.all(sent), start);
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private async onEach(connection: () => Promise<void>): Promise<void> {
    await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  }

  /** @returns milliseconds until the whole answer was there */
  private async send({ method, path, headers, body }: Request): Promise<number> {
    const start = performance.now();
    const answer = await this.pool.request({
      method,
      path,
      headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
      body,
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${text}`);
    return performance.now() - start;
  }
}

function resultOf(latencies: readonly number[], start: number): LoadResult {
  return {
    requests: latencies.length,
    seconds: (performance.now() - start) / 1_000,
    p50: quantile(latencies, 0.5),
    p95: quantile(latencies, 0.95),
    p99: quantile(latencies, 0.99),
  };
}
