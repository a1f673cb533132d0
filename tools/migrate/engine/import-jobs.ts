import { openAsBlob } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { CannotFinish } from "./cannot-finish.ts";
import { Refused, type Client } from "./client.ts";

/** An import as Kehu shows it. */
export interface ImportView {
  readonly id: string;
  readonly status: string;
  readonly fileName: string;
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly skipped: number;
  readonly failed: number;
  readonly rolledBack: number;
  readonly kept: number;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly createdAt: string;
  readonly changedAt: string;
}

/** What became of a row of an import. */
export interface RowView {
  readonly outcome: "created" | "updated" | "skipped" | "failed";
  readonly recordId: string | null;
  readonly errors: readonly { readonly field: string; readonly code: string; readonly message: string }[];
}

interface Page<R> {
  readonly data: readonly R[];
  readonly page: { readonly nextCursor: string | null };
}

const WORKING = ["uploaded", "running", "rolling_back"];
const PAUSE_MS = { first: 50, longest: 500 };
/** What is still on its way when its answer is lost arrives within so long, or not at all. */
const ARRIVES_MS = 10_000;

/** True while somebody works on an import, or is going to. */
export const isAtWork = ({ status }: ImportView) => WORKING.includes(status);

/** The imports of a Kehu, through the gateway. */
export class ImportJobs {
  private readonly client: Client;
  private readonly patience: number;

  /** @param patience milliseconds for which an import may stand still */
  constructor(client: Client, patience: number) {
    this.client = client;
    this.patience = patience;
  }

  /**
   * Sends a file, once: where an answer was lost, it looks whether the file has come.
   *
   * @param name no other import has it
   */
  async send(resource: string, name: string, path: string, options: object): Promise<ImportView> {
    const form = new FormData();
    form.set("options", JSON.stringify(options));
    form.set("file", await openAsBlob(path), name);
    return this.client.upload(`/v1/${resource}/imports`, form, () => this.arrived(resource, name));
  }

  /** All imports into a resource, the newest first. */
  all(resource: string): AsyncGenerator<ImportView> {
    return this.pages<ImportView>(`/v1/${resource}/imports`);
  }

  /** What became of the rows, in the order of the file. */
  rows(resource: string, { id }: ImportView): AsyncGenerator<RowView> {
    return this.pages<RowView>(`/v1/${resource}/imports/${id}/rows`);
  }

  /**
   * Waits until nobody works on an import any more.
   *
   * @param tell hears how far it is
   * @throws CannotFinish where it stands still for too long
   */
  async ended(
    resource: string,
    { id, fileName }: ImportView,
    tell: (job: ImportView) => void = () => undefined,
  ): Promise<ImportView> {
    let moved = { at: Date.now(), changedAt: "" };
    for (let pause = PAUSE_MS.first; ; pause = Math.min(pause * 1.5, PAUSE_MS.longest)) {
      const job = await this.client.get<ImportView>(`/v1/${resource}/imports/${id}`);
      tell(job);
      if (!isAtWork(job)) return job;
      if (job.changedAt !== moved.changedAt) moved = { at: Date.now(), changedAt: job.changedAt };
      if (Date.now() - moved.at > this.patience) throw new CannotFinish(`The import ${fileName} does not go on.`);
      await wait(pause);
    }
  }

  /** Takes an import back. */
  async rollBack(resource: string, job: ImportView): Promise<ImportView> {
    try {
      await this.client.post(`/v1/${resource}/imports/${job.id}/rollback`, "{}", job.id);
    } catch (error) {
      // An earlier answer was lost.
      if (!(error instanceof Refused) || error.code !== "import.not-ended") throw error;
    }
    return this.ended(resource, job);
  }

  private async arrived(resource: string, name: string): Promise<ImportView | undefined> {
    for (const end = Date.now() + ARRIVES_MS; ; await wait(PAUSE_MS.longest)) {
      const { data } = await this.client.get<Page<ImportView>>(`/v1/${resource}/imports?limit=200`);
      const jobs = data.filter(({ fileName }) => fileName === name);
      const whole = jobs.find(({ status }) => status !== "uploading");
      if (whole || jobs.length === 0 || Date.now() > end) return whole;
    }
  }

  private async *pages<R>(path: string): AsyncGenerator<R> {
    for (let cursor: string | null = ""; cursor !== null;) {
      const place: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const { data, page }: Page<R> = await this.client.get<Page<R>>(`${path}?limit=200${place}`);
      yield* data;
      cursor = page.nextCursor;
    }
  }
}
