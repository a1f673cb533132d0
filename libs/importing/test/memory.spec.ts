import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeXlsx, type WrittenColumn } from "@kehu/importing";
import { Files } from "./support/files.ts";
import { textRow, xlsx, type Parts } from "@kehu/testing";

const files = new Files();
afterAll(() => files.remove());

const ROOT = join(import.meta.dirname, "../../..");
const READER = fileURLToPath(new URL("./support/read-whole.ts", import.meta.url));
/** So much may a process take that reads any file, of which the compiler that starts it takes the half. */
const MOST_MEGABYTES = 400;

function outcomeOf(path: string): { outcome: string; megabytes: number } {
  const flags = ["--max-old-space-size=128", "--conditions=source", "--import", join(ROOT, "tools/swc-hook.mjs")];
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, READER, path], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout) as { outcome: string; megabytes: number };
}

function* csv(head: string, piece: string, times: number, tail = "") {
  yield head;
  for (let n = 0; n < times; n++) yield piece;
  yield tail;
}

function* wide() {
  yield `${Array.from({ length: 500 }, (_, n) => `c${n}`).join(",")}\n`;
  for (let row = 0; row < 1050; row++)
    yield `${Array.from({ length: 500 }, (_, n) => `${row}x${n}${"公司".repeat(row < 10 ? 100 : 10)}`).join(",")}\n`;
}

function* keys() {
  yield "key,n\n";
  for (let n = 0; n < 300_000; n++) yield `key ${n},${n}\n`;
}

/** XLSX that is not packed, so that its size is no sign of a bomb. */
const unpacked = (parts: Parts) => files.of(xlsx({ ...parts, level: 0 }));
const long = (megabytes: number) => "x".repeat(megabytes * 1_000_000);
const texts = (count: number) =>
  Array.from({ length: count }, (_, n) => `<si><t>${n} 公司 ${"x".repeat(100)}</t></si>`).join("");
/** Rows of a few bytes each that hold a million characters: hundreds of them stand in one piece of the file. */
const columns = Array.from({ length: 15 }, (_, n) => `c${n}`);
const full = `<row>${'<c t="s"><v>0</v></c>'.repeat(15)}</row>`;
const entity = `<!DOCTYPE a [<!ENTITY a "${long(20)}">]>`;

function* many(rows: number) {
  for (let n = 0; n < rows; n++) yield [`key ${n}`, n];
}
const COLUMNS: WrittenColumn[] = [
  { name: "key", kind: "text" },
  { name: "n", kind: "integer" },
];

const WORST: [what: string, path: () => string | Promise<string>, outcome: string][] = [
  [
    "a quote that stays open for 150 MB",
    () => files.from(csv('a,b\n"', "x\n".repeat(1_000_000), 75)),
    "import.file-quote",
  ],
  [
    "a row of 100 MB",
    () => files.from(csv("a,b\n", "x,".repeat(1_000_000), 50, "\n1,2\n")),
    "1 rows, 1 bad import.row-columns",
  ],
  ["20 million blank lines", () => files.from(csv("a,b\n", "\n".repeat(1_000_000), 20, "1,2\n")), "1 rows, 0 bad"],
  ["300,000 bad rows", () => files.from(csv("a,b\n", "1\n".repeat(100_000), 3)), "0 rows, 300000 bad import.row-cells"],
  ["500 columns full of different texts", () => files.from(wide()), "1050 rows, 0 bad"],
  ["300,000 keys", () => files.from(keys()), "300000 rows, 0 bad"],
  ["a zip bomb", () => files.of(xlsx({ sheet: Buffer.alloc(50_000_000, " ") })), "import.file-unpacked"],
  [
    "a cell of 14 MB",
    () => unpacked({ rows: textRow("a") + textRow(long(14)) + textRow("1") }),
    "1 rows, 1 bad import.cell-length",
  ],
  ["a cell of 20 MB", () => unpacked({ rows: textRow("a") + textRow(long(20)) }), "import.file-xml"],
  ["an attribute of 20 MB", () => unpacked({ sheet: `<worksheet a="${long(20)}"/>` }), "import.file-xml"],
  ["a comment of 20 MB", () => unpacked({ sheet: `<!--${long(20)}--><worksheet/>` }), "import.file-xml"],
  ["a document type of 20 MB", () => unpacked({ sheet: `${entity}<worksheet/>` }), "import.file-xml"],
  [
    "300,000 shared texts",
    () => unpacked({ texts: texts(300_000), rows: textRow("a") + textRow("1") }),
    "1 rows, 0 bad",
  ],
  [
    "too many shared texts",
    () => unpacked({ texts: `<si><t>${long(1)}</t></si>`.repeat(320), rows: textRow("a") }),
    "import.file-texts",
  ],
  [
    "600 rows of a million characters, which share one text",
    () => unpacked({ texts: `<si><t>${"x".repeat(65_536)}</t></si>`, rows: textRow(...columns) + full.repeat(600) }),
    "600 rows, 0 bad",
  ],
  ["100,000 rows of XLSX", () => files.from(writeXlsx(COLUMNS, many(100_000))), "100000 rows, 0 bad"],
];

describe("with a heap of 128 MB a process reads", () => {
  it.each(WORST)("%s", async (_, path, outcome) => {
    const result = outcomeOf(await path());
    expect(result.outcome).toBe(outcome);
    expect(result.megabytes).toBeLessThan(MOST_MEGABYTES);
  });
});
