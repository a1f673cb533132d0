import type { ZxcvbnFactory } from "@zxcvbn-ts/core";

/** What is longer is no easier to guess, and takes long to look through. */
const LOOKED_AT = 64;

let made: Promise<ZxcvbnFactory> | undefined;

/** Loaded when somebody chooses a password: the words take 11 MB, and most processes never need them. */
async function load(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import("@zxcvbn-ts/core"),
    import("@zxcvbn-ts/language-common"),
  ]);
  const words = { passwords: dictionary["passwords-common"] };
  return new ZxcvbnFactory({ dictionary: words, graphs: adjacencyGraphs, maxLength: LOOKED_AT });
}

/**
 * How often somebody must try who knows the 49,000 most common passwords, rows of keys, dates, and how people alter them
 * (D. L. Wheeler, zxcvbn, USENIX Security 2016).
 */
export async function guessesFor(password: string): Promise<number> {
  const estimator = await (made ??= load());
  return estimator.check(password.slice(0, LOOKED_AT)).guesses;
}
