/** The name of a run, and of the files that it sends: by these alone its imports are found again. */
export class RunName {
  private readonly system: string;
  readonly run: string;

  /** @param run a new one, where it is not given */
  constructor(system: string, run: string = new Date().toISOString().replace(/[-:.]/g, "")) {
    this.system = system;
    this.run = run;
  }

  /** @returns the name of one of its files: `zoho-20261126T213000123Z-Accounts.csv` */
  of(file: string): string {
    return `${this.system}-${this.run}-${file}`;
  }
}

const RUN = /^\d{8}T\d{9}Z$/;

/** True for what a run can be called. */
export const isRun = (text: string) => RUN.test(text);

/** @returns the run of the migration from a system that sent a file of this name, and what the file was called in it */
export function runOf(system: string, fileName: string): { run: string; file: string } | undefined {
  const [before, run = "", ...rest] = fileName.split("-");
  const file = rest.join("-");
  return before === system && isRun(run) && file !== "" ? { run, file } : undefined;
}
