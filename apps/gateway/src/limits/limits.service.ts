import { Problem } from "@kehu/contracts";
import { Injectable } from "@nestjs/common";
import type { FastifyReply } from "fastify";
import type { Caller } from "../access/session-states.ts";
import { Config } from "../gateway-config.ts";
import { networkOf } from "./network.ts";
import { RateLimiter, type Taken } from "./rate-limiter.ts";

/** By whom a request counts: the user, or the API key. */
export const keyOf = ({ actorType, userId, sessionId }: Caller) => (actorType === "api-key" ? sessionId : userId);

/**
 * Rate limits, in units of cost: per user, per API key, and per address, there for what comes without a user and for all
 * that comes. Every answer that was counted says how it stands with the caller's own limit; how it stands with the address
 * only where that refuses, as others may share it.
 */
@Injectable()
export class Limits {
  private readonly users: RateLimiter;
  private readonly keys: RateLimiter;
  private readonly strangers: RateLimiter;
  private readonly addresses: RateLimiter;

  constructor(config: Config) {
    this.users = new RateLimiter("user", config.userLimit);
    this.keys = new RateLimiter("api-key", config.apiKeyLimit);
    this.strangers = new RateLimiter("address", config.addressLimit);
    this.addresses = new RateLimiter("address-total", config.addressTotalLimit);
  }

  /** @throws Problem 429 */
  caller(caller: Caller, address: string, cost: number, reply: FastifyReply): void {
    this.total(networkOf(address), cost, reply);
    this.count(caller.actorType === "api-key" ? this.keys : this.users, keyOf(caller), cost, reply);
  }

  /** @throws Problem 429 */
  stranger(address: string, cost: number, reply: FastifyReply): void {
    const network = networkOf(address);
    this.total(network, cost, reply);
    this.count(this.strangers, network, cost, reply);
  }

  private total(network: string, cost: number, reply: FastifyReply): void {
    const taken = this.addresses.take(network, cost, performance.now());
    if (taken.refused) refuse(this.addresses, taken, cost, reply);
  }

  private count(limiter: RateLimiter, key: string, cost: number, reply: FastifyReply): void {
    const taken = limiter.take(key, cost, performance.now());
    if (taken.refused) refuse(limiter, taken, cost, reply);
    say(limiter, taken, reply);
  }
}

/** RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-11): `r` units are left, all again in `t` seconds. */
function say({ name, policy }: RateLimiter, { left, seconds }: Taken, reply: FastifyReply): void {
  void reply.header("ratelimit-policy", policy).header("ratelimit", `"${name}";r=${left};t=${seconds}`);
}

/** `t` is the moment of Retry-After here, as the draft wants it. */
function refuse(limiter: RateLimiter, taken: Taken, cost: number, reply: FastifyReply): never {
  say(limiter, taken, reply);
  throw new Problem(
    429,
    "rate.limited",
    `Too much in this minute: ${limiter.limit} units are allowed, and this request costs ${cost}.`,
    { retryAfter: taken.seconds },
  );
}
