import { Problem } from "@kehu/contracts";
import { Injectable } from "@nestjs/common";
import type { FastifyReply } from "fastify";
import type { Caller } from "../access/session-states.ts";
import { Config } from "../gateway-config.ts";
import { RateLimiter } from "./rate-limiter.ts";

/** Rate limits: per user or API key where he or it is known, else per address. */
@Injectable()
export class Limits {
  private readonly users: RateLimiter;
  private readonly addresses: RateLimiter;

  constructor(config: Config) {
    this.users = new RateLimiter(config.userLimit);
    this.addresses = new RateLimiter(config.addressLimit);
  }

  /** @throws Problem 429 */
  caller({ actorType, userId, sessionId }: Caller, reply: FastifyReply): void {
    this.check(this.users, actorType === "api-key" ? sessionId : userId, reply);
  }

  /** @throws Problem 429 */
  address(address: string, reply: FastifyReply): void {
    this.check(this.addresses, address, reply);
  }

  private check(limiter: RateLimiter, key: string, reply: FastifyReply): void {
    const seconds = limiter.count(key, Date.now());
    if (seconds === undefined) return;
    void reply.headers({
      "ratelimit-limit": String(limiter.limit),
      "ratelimit-remaining": "0",
      "ratelimit-reset": String(seconds),
    });
    throw new Problem(429, "rate.limited", "Too many requests in this minute.", { retryAfter: seconds });
  }
}
