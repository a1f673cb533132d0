import { Malformed } from "@kehu/contracts";
import parseJson from "secure-json-parse";

const DEPTH = 32;

/**
 * Parses a JSON body and refuses what would do harm further in: more than 32 levels, `__proto__` and `constructor` with
 * a `prototype`, NUL and lone surrogates (Postgres stores neither).
 *
 * @param bytes UTF-8
 * @returns the value; undefined for an empty body
 * @throws Malformed `json.malformed`, `json.too-deep`, `json.forbidden-key`, `json.unstorable-text`
 */
export function parseBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  const text = bytes.toString("utf8");
  if (depthOf(text) > DEPTH) throw new Malformed("json.too-deep", `JSON is nested at most ${DEPTH} levels deep.`);
  const value = parse(text);
  if (text.includes("\\u") && !storable(value)) {
    throw new Malformed("json.unstorable-text", "A text holds NUL or half of a surrogate pair.");
  }
  return value;
}

function parse(text: string): unknown {
  try {
    return parseJson(text, null, { protoAction: "error", constructorAction: "error" }) as unknown;
  } catch (error) {
    const forbidden = /forbidden prototype/.test((error as Error).message);
    throw forbidden
      ? new Malformed("json.forbidden-key", "A property has a name that is not allowed.")
      : new Malformed("json.malformed", "The body is not JSON.");
  }
}

/** How deep brackets are nested; strings are passed over. A body that is no JSON may give any number. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = endOfString(text, at);
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return deepest;
}

function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return at;
  }
  return text.length;
}

function storable(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed() && !value.includes("\0");
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, item]) => storable(key) && storable(item));
}
