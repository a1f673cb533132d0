import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ZOHO } from "./zoho/mapping.ts";
import type { Mapping } from "./engine/mapping.ts";
import { isRun } from "./engine/run-name.ts";

/** The systems from which Kehu takes over, each a table of its own. */
const MAPPINGS: Readonly<Record<string, Mapping>> = { zoho: ZOHO };

const USAGE = `Usage: npm run migrate -- ${Object.keys(MAPPINGS).join("|")} <folder> [options]
       npm run migrate -- ${Object.keys(MAPPINGS).join("|")} --roll-back <run>|all

  --dry-run          say what would become of each row, and write nothing
  --only <files>     bring over these files only (Accounts,Leads)
  --report <file>    write the counts as JSON
  --rejects <folder> write failed rows with their reasons, ready to mend and send again, and a list of warnings
  --roll-back <run>  take back what a run has brought over (it says its name at its end), or all runs, the last file first;
                     what somebody has changed since stays
  --patience <min>   minutes for which Kehu may be away in one piece (default 15)

KEHU_URL (default http://localhost:3000), KEHU_EMAIL and KEHU_PASSWORD say where and who.`;

/** The command is not understood. */
export class WrongUsage extends Error {
  constructor(reason: string) {
    super(`${reason}\n\n${USAGE}`);
  }
}

export interface Options {
  readonly mapping: Mapping;
  readonly folder: string;
  /** The run to take back, or `all`; nothing is brought over then. */
  readonly rollBack: string | undefined;
  readonly isDryRun: boolean;
  /** Names of files without their ending; all where it is empty. */
  readonly only: readonly string[];
  readonly report: string | undefined;
  readonly rejects: string | undefined;
  /** Milliseconds. */
  readonly patience: number;
}

const OPTIONS = {
  "dry-run": { type: "boolean", default: false },
  only: { type: "string", multiple: true, default: [] as string[] },
  report: { type: "string" },
  rejects: { type: "string" },
  "roll-back": { type: "string" },
  patience: { type: "string", default: "15" },
} as const;

/** @throws WrongUsage */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const [system = "", folder, ...more] = positionals;
  const mapping = Object.hasOwn(MAPPINGS, system) ? MAPPINGS[system] : undefined;
  if (!mapping) throw new WrongUsage(system === "" ? "From which system?" : `There is no migration from ${system}.`);
  const rollBack = values["roll-back"];
  if (rollBack !== undefined) mustBeARun(rollBack);
  if ((folder === undefined) !== (rollBack !== undefined) || more.length > 0)
    throw new WrongUsage("One folder is expected, or --roll-back without one.");
  const only = values.only.flatMap((list) => list.split(",")).map((name) => name.trim().replace(/\.csv$/i, ""));
  const unknown = only.find((name) => !mapping.files.some(({ file }) => file === `${name}.csv`));
  if (unknown !== undefined) throw new WrongUsage(`${unknown} is no file of ${system}.`);
  if (!/^\d{1,4}$/.test(values.patience)) throw new WrongUsage("--patience takes a number of minutes.");
  const rejects = values.rejects === undefined ? undefined : resolve(values.rejects);
  if (rejects !== undefined && rejects === resolve(folder ?? "."))
    throw new WrongUsage("The rejected rows need a folder of their own.");
  return {
    mapping,
    folder: resolve(folder ?? "."),
    rollBack,
    isDryRun: values["dry-run"],
    only,
    report: values.report,
    rejects,
    patience: Number(values.patience) * 60_000,
  };
}

/** @throws WrongUsage for what names no run */
function mustBeARun(text: string): void {
  if (text !== "all" && !isRun(text))
    throw new WrongUsage("--roll-back takes the name of a run, such as 20261126T213000123Z, or all.");
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : String(error));
  }
}
