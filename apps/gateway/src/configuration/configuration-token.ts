import { createHash } from "node:crypto";
import { canonical, type Difference } from "./item.ts";

const FILE_BYTES = 16;
const DIFFERENCE_BYTES = 8;

/**
 * What a comparison has shown, as a text that is given back to apply it. What was applied already is no difference any
 * more, and the same token goes on with the rest; one that was not shown is not in it.
 */
export function tokenOf(file: object, differences: readonly Difference[]): string {
  const shown = [...new Set(toApply(differences).map((one) => hashOf(one, DIFFERENCE_BYTES)))].sort();
  return Buffer.concat([hashOf(file, FILE_BYTES), ...shown].map((one) => Buffer.from(one, "hex"))).toString(
    "base64url",
  );
}

/** @returns whether the token was given for this file, and shows each of the differences */
export function shows(token: string, file: object, differences: readonly Difference[]): boolean {
  const bytes = Buffer.from(token, "base64url").toString("hex");
  const shown = new Set(bytes.slice(2 * FILE_BYTES).match(new RegExp(`.{${2 * DIFFERENCE_BYTES}}`, "g")));
  if (!bytes.startsWith(hashOf(file, FILE_BYTES))) return false;
  return toApply(differences).every((one) => shown.has(hashOf(one, DIFFERENCE_BYTES)));
}

/** What stays as it is, nobody has to have seen. */
const toApply = (differences: readonly Difference[]) => differences.filter(({ change }) => change !== "only-here");

const hashOf = (value: object, bytes: number) =>
  createHash("sha256")
    .update(canonical(value))
    .digest("hex")
    .slice(0, 2 * bytes);
