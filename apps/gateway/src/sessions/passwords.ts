import { RuleViolation, Unavailable } from "@kehu/contracts";
import { Injectable } from "@nestjs/common";
import { hash, verify } from "@node-rs/argon2";
import { guessesFor } from "./password-strength.ts";

/** Argon2id with 19 MiB, 2 passes, 1 lane (OWASP Password Storage Cheat Sheet). */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
export const SHORTEST_PASSWORD = 12;
export const LONGEST_PASSWORD = 256;
/** "Summer2026!!!" takes a hundred million. */
const FEWEST_GUESSES = 1e9;
/** Hashing takes a core for tens of milliseconds: so many at once, and so many may wait, before load is shed. */
const AT_ONCE = 2;
const MAY_WAIT = 200;

/** Hashes and proves passwords, a few at a time. */
@Injectable()
export class Passwords {
  private active = 0;
  private readonly waiting: (() => void)[] = [];
  /** What the password of an unknown user is compared with, so that the answer takes as long. */
  private readonly nobody = hash("nobody has this password", ARGON2ID);

  /**
   * @param field where the caller sent it
   * @throws RuleViolation when the password is too short, too long, or easy to guess
   */
  async hash(password: string, field = "password"): Promise<string> {
    const reason = await weakness(password);
    if (reason)
      throw new RuleViolation("password.weak", reason, {
        errors: [{ field, code: "password.weak", message: reason }],
      });
    return this.inTurn(() => hash(password.normalize("NFKC"), ARGON2ID));
  }

  /** @param stored undefined for a user who is not there: false, as slowly */
  async matches(password: string, stored: string | undefined): Promise<boolean> {
    const against = stored ?? (await this.nobody);
    const good = await this.inTurn(() => verify(against, password.normalize("NFKC")));
    return good && stored !== undefined;
  }

  private async inTurn<R>(work: () => Promise<R>): Promise<R> {
    if (this.active >= AT_ONCE) {
      if (this.waiting.length >= MAY_WAIT) throw new Unavailable("login.busy", "Too many logins at once.");
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.active += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.active -= 1;
    }
  }
}

/**
 * Why a password is refused, or undefined. Length, and how many tries it withstands; no rules of composition (NIST SP
 * 800-63B, section 3.1.1).
 */
export async function weakness(password: string): Promise<string | undefined> {
  const length = Array.from(password).length;
  if (length < SHORTEST_PASSWORD) return `A password has at least ${SHORTEST_PASSWORD} characters.`;
  if (length > LONGEST_PASSWORD) return `A password has at most ${LONGEST_PASSWORD} characters.`;
  if ((await guessesFor(password.normalize("NFKC"))) < FEWEST_GUESSES)
    return "This password is easy to guess. Take some words that do not belong together.";
  return undefined;
}
