/** `npm run sample-data`: makes the data of a company, writes it as Zoho CRM would export it, and brings it over. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { CannotFinish } from "./migrate/engine/cannot-finish.ts";
import { readLogin } from "./migrate/login.ts";
import { migrate } from "./migrate/migrate.ts";
import { readOptions } from "./migrate/options.ts";
import { writeFiles } from "./sample-data/files.ts";
import { generate } from "./sample-data/generate.ts";

const USAGE = `Usage: npm run sample-data -- [options]

  --size <n>       1 (27,000 rows), 10, 100, or a fraction (default 1)
  --seed <n>       the same seed makes the same data (default 1)
  --folder <dir>   where the files are written (default a temporary folder)
  --files-only     write the files, and bring nothing over`;

const OPTIONS = {
  size: { type: "string", default: "1" },
  seed: { type: "string", default: "1" },
  folder: { type: "string" },
  "files-only": { type: "boolean", default: false },
} as const;

function read() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    const [size, seed] = [Number(values.size), Number(values.seed)];
    if (!(size > 0 && size <= 100) || !Number.isSafeInteger(seed))
      throw new Error("--size is a number up to 100, --seed a whole number.");
    return { size, seed, folder: values.folder, isFilesOnly: values["files-only"] };
  } catch (error) {
    throw new CannotFinish(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

try {
  const { size, seed, folder, isFilesOnly } = read();
  const target = resolve(folder ?? mkdtempSync(join(tmpdir(), "kehu-sample-data-")));
  await writeFiles(generate(size, seed), target);
  console.log(`Sample data of size ${size}, seed ${seed}, is in ${target}.`);
  if (!isFilesOnly) {
    const login = await readLogin(process.env);
    process.exitCode = await migrate(
      readOptions(["zoho", target]),
      process.env.KEHU_URL || "http://localhost:3000",
      login,
    );
  }
} catch (error) {
  if (!(error instanceof CannotFinish)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
