import { createWriteStream, openAsBlob } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Kehu } from "./kehu.ts";

/** The system whose ids the files have. */
const SYSTEM = "old-crm";
export const INDUSTRIES = 40;

/** A table of one resource to be imported. */
export interface Sheet {
  readonly resource: string;
  readonly mapping: Readonly<Record<string, string>>;
  readonly line: (number: number) => string;
}

const KEY = `externalIds.${SYSTEM}`;

export const ACCOUNTS: Sheet = {
  resource: "accounts",
  mapping: { No: KEY, Name: "name", Industry: "industry", Website: "website", Score: "custom.score" },
  line: (n) => `${n},华星 ${n},Industry ${n % INDUSTRIES},https://account-${n}.example.com,${n / 2}`,
};

/** Their addresses are encrypted. */
export const CONTACTS: Sheet = {
  resource: "contacts",
  mapping: { No: KEY, Last: "lastName", Email: "contactPoints.email", Phone: "contactPoints.phone" },
  line: (n) => `${n},Contact ${n},contact-${n}@example.com,+8613${800_000_000 + n}`,
};

/** Sends a file of so many rows. @returns the id of its import */
export async function upload(kehu: Kehu, { resource, mapping, line }: Sheet, rows: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kehu-bench-file-"));
  try {
    const path = join(folder, "rows.csv");
    await pipeline(Readable.from(pieces(Object.keys(mapping), line, rows)), createWriteStream(path));
    const form = new FormData();
    form.set("options", JSON.stringify({ mode: "upsert", mapping }));
    form.set("file", await openAsBlob(path), "rows.csv");
    const reply = await fetch(`${kehu.url}/v1/${resource}/imports`, {
      method: "POST",
      headers: { authorization: kehu.authorization() },
      body: form,
    });
    if (reply.status !== 202) throw new Error(`The file was answered ${reply.status}: ${await reply.text()}`);
    return ((await reply.json()) as { id: string }).id;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function* pieces(columns: readonly string[], line: (number: number) => string, rows: number): Generator<string> {
  yield `${columns.join(",")}\r\n`;
  for (let first = 0; first < rows; first += 1_000) {
    const count = Math.min(1_000, rows - first);
    yield Array.from({ length: count }, (_, n) => `${line(first + n)}\r\n`).join("");
  }
}
