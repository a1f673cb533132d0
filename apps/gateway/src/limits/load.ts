import { Problem, Unavailable } from "@kehu/contracts";
import { Injectable, type OnModuleDestroy, type OnModuleInit } from "@nestjs/common";
import type { ServerResponse } from "node:http";
import { Config } from "../gateway-config.ts";
import { EventLoop } from "./event-loop.ts";

/** With fewer under way it is not they that make this process late. */
const MANY = 64;

/** Counts by name; what is at zero is not in it. */
class Counts {
  private readonly counts = new Map<string, number>();

  of(name: string): number {
    return this.counts.get(name) ?? 0;
  }

  add(name: string, by: 1 | -1): void {
    const count = this.of(name) + by;
    if (count === 0) this.counts.delete(name);
    else this.counts.set(name, count);
  }
}

/**
 * How many requests are worked on at this moment: in whole, per service, per caller. What is too much is refused at once,
 * since whatever waits in line makes everything behind it wait too; nothing queues in the gateway.
 */
@Injectable()
export class Load implements OnModuleInit, OnModuleDestroy {
  private readonly loop = new EventLoop();
  private readonly services = new Counts();
  private readonly callers = new Counts();
  private readonly leaving = new WeakMap<ServerResponse, () => void>();
  private whole = 0;

  constructor(private readonly config: Config) {}

  onModuleInit(): void {
    this.loop.start();
  }

  onModuleDestroy(): void {
    this.loop.stop();
  }

  /** @throws Unavailable `overloaded`, before anything has been done for a request */
  check(): void {
    const { whole, config, loop } = this;
    if (whole >= config.inFlight || (loop.late && whole >= MANY)) throw overloaded("Kehu");
  }

  /**
   * Counts a request until its answer has ended.
   *
   * @param service that works on it
   * @param caller by whom it counts
   * @throws Unavailable `overloaded` where the service, or the whole, has enough to do
   * @throws Problem 429 where this caller has as many requests under way as one may, 408 where he has gone already
   */
  enter(service: string, caller: string, response: ServerResponse): void {
    this.check();
    if (this.services.of(service) >= this.config.inFlightPerService) throw overloaded(service);
    if (this.callers.of(caller) >= this.config.inFlightPerCaller) {
      throw new Problem(429, "rate.concurrent", "Wait for an answer before you send more requests.", { retryAfter: 1 });
    }
    // He would be counted for ever: that his answer has ended was said already.
    if (response.closed) throw new Problem(408, "request.timeout", "The client has gone.");
    this.add(service, caller, 1);
    this.leaving.set(response, () => this.add(service, caller, -1));
    response.once("close", () => this.leave(response));
  }

  /** Counts a request no longer, though its answer goes on: it is a stream, of which there are limits of their own. */
  leave(response: ServerResponse): void {
    this.leaving.get(response)?.();
    this.leaving.delete(response);
  }

  private add(service: string, caller: string, by: 1 | -1): void {
    this.whole += by;
    this.services.add(service, by);
    this.callers.add(caller, by);
  }
}

const overloaded = (what: string) =>
  new Unavailable("overloaded", `There is more to do for ${what} than can be done now.`, { retryAfter: 1 });
