import { Directory } from "../engine/directory.ts";
import type { Destination, Item } from "../engine/destination.ts";
import type { Company } from "../engine/file-run.ts";
import type { Data, FileTable, Mapping } from "../engine/mapping.ts";
import { Prediction } from "../engine/prediction.ts";
import { Progress } from "../engine/progress.ts";
import { Rejects } from "../engine/rejects.ts";
import type { FileReport } from "../engine/report.ts";
import { bringOver } from "../engine/run.ts";

/** What came of a run against a Kehu in which there was nothing. */
export interface Rehearsal {
  readonly reports: readonly FileReport[];
  /** What Kehu would have been told, by file and in the order of its rows. */
  readonly told: ReadonlyMap<string, readonly Data[]>;
  /** What was said on the way, and how often each reason was given. */
  readonly said: readonly string[];
  readonly reasons: readonly string[];
}

/** Listens to what goes to a destination. */
class Listener implements Destination {
  readonly told = new Map<string, Data[]>();
  private readonly destination = new Prediction();

  progress(): number {
    return 1;
  }

  settle(table: FileTable, items: AsyncIterable<Item>) {
    const told: Data[] = [];
    this.told.set(table.file, told);
    async function* heard() {
      for await (const item of items) {
        told.push(item.data);
        yield item;
      }
    }
    return this.destination.settle(table, heard());
  }
}

/** Runs a mapping over a folder without any Kehu: as a dry run would into an empty one. */
export async function rehearse(mapping: Mapping, folder: string, rejects?: string): Promise<Rehearsal> {
  const listener = new Listener();
  const said: string[] = [];
  const company: Company = {
    system: mapping.system,
    country: "US",
    prerequisites: new Map(mapping.prerequisites.map(({ name }) => [name, `id of ${name}`])),
    directory: new Directory(),
  };
  const { report, reasons } = await bringOver({
    folder,
    tables: mapping.files,
    company,
    destination: listener,
    progress: new Progress({ write: (text) => said.push(text) }),
    rejects: rejects === undefined ? undefined : new Rejects(rejects, mapping.files),
  });
  return { reports: report.files, told: listener.told, said, reasons };
}

/** The counts of a report in the order of the table of what must come out. */
export function countsOf({
  rows,
  created,
  skipped,
  failed,
  warnings,
}: FileReport): readonly [number, number, number, number, number] {
  return [rows, created, skipped, failed, warnings];
}
