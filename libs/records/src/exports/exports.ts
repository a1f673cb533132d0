import { rowScope, type RequestContext } from "@kehu/auth";
import { Conflict, Malformed, NotFound, Problem } from "@kehu/contracts";
import { appendToOutbox } from "@kehu/messaging";
import { erasedSince } from "@kehu/personal-data";
import { randomUUID } from "node:crypto";
import { Readable } from "node:stream";
import { v7 as uuidv7 } from "uuid";
import { Values } from "../caller-sql.ts";
import { once, withFingerprint } from "../idempotency.ts";
import { parsePaging } from "../list-query.ts";
import type { Page } from "../record-lists.ts";
import { WriteReply } from "../reply.ts";
import type { Resource } from "../resource.ts";
import type { ExportRequest } from "./export.dto.ts";
import { exportEvent, type ExportNews } from "./export-events.ts";
import { readFile, removeFile } from "./export-file.ts";
import * as SQL from "./export-jobs.ts";
import type { ExportJob } from "./export-jobs.ts";
import { exportPermission, reachOf, storedCaller } from "./export-reach.ts";
import { viewOfJob, type ExportView } from "./export-view.ts";
import type { ExportWorker } from "./export-worker.ts";
import { requestPlace, type Exporting } from "./exporting.ts";

/** A link is good so long after it was asked for. */
const LINK_MS = 10 * 60_000;
/** Exports of one caller of one resource that are waiting, under way, or not fetched. */
const MOST_OPEN = 20;

/** A file on its way to the caller. */
export interface Download {
  name: string;
  type: string;
  bytes: number;
  content: Readable;
  /** To be called when the connection is done with the answer: a download that was broken off can be tried again. */
  ended: (whole: boolean) => Promise<void>;
}

/** Exports of the lists of a service: a caller sees his own, and fetches each file once. */
export class Exports {
  constructor(
    private readonly exporting: Exporting,
    private readonly worker: ExportWorker,
    private readonly news: ExportNews,
  ) {}

  /**
   * Takes an export on. What is asked for is checked as for a search.
   *
   * @throws Forbidden where the caller may export, but not read
   * @throws Conflict `export.too-many`
   */
  async request(
    of: Resource,
    request: ExportRequest,
    who: RequestContext,
  ): Promise<WriteReply<Pick<ExportView, "id" | "status">>> {
    await this.check(of, request, who);
    const id = uuidv7();
    const caller = storedCaller(of, who);
    const { database, personal } = this.exporting;
    const fingerprinted = withFingerprint(who, personal);
    const reply = await once(database, personal, of, fingerprinted, async (tx) => {
      const open = await tx.query<{ count: number }>(SQL.COUNT_OPEN, ownerOf(of, who));
      if (open[0]!.count >= MOST_OPEN)
        throw new Conflict(
          "export.too-many",
          `You have ${MOST_OPEN} exports that wait or were not fetched. Fetch them, or wait a day.`,
        );
      const key = (await personal.keysFor(tx, [id])).get(id)!;
      const sealed = key.seal(request, requestPlace(id));
      await tx.query(SQL.ADD, [id, ...ownerOf(of, who), caller, reachOf(caller), sealed, request.format]);
      tx.afterCommit(() => this.worker.wake());
      return { body: { id, status: "queued" }, version: null, location: `/v1/${of.name}/exports/${id}` };
    });
    return reply as WriteReply<Pick<ExportView, "id" | "status">>;
  }

  /** The caller's own exports, the newest first. */
  async list(of: Resource, query: Readonly<Record<string, unknown>>, who: RequestContext): Promise<Page<ExportView>> {
    const { limit, cursor } = parsePaging(query);
    const binding = ["exports", ...ownerOf(of, who)];
    const { database, cursors } = this.exporting;
    const after = cursor === null ? null : cursors.read(cursor, binding)[0];
    const rows = await database.query<ExportJob>(SQL.LIST, [...ownerOf(of, who), after, limit + 1]);
    const hasMore = rows.length > limit;
    const shown = rows.slice(0, limit);
    return {
      data: shown.map((job) => viewOfJob(job, this.urlOf(job))),
      page: { nextCursor: hasMore ? cursors.sign([shown.at(-1)!.id], binding) : null, hasMore },
    };
  }

  /** @throws NotFound for what somebody else has asked for, or is over */
  async get(of: Resource, id: string, who: RequestContext): Promise<ExportView> {
    const job = await this.find(of, id, who);
    return viewOfJob(job, this.urlOf(job));
  }

  /**
   * Begins a download. It is told, and so an entry of the audit trail, before the first byte goes out.
   *
   * @throws Malformed without a token
   * @throws NotFound for a token of another export or another caller
   * @throws Problem 410 `export.link-expired`, `export.gone`
   * @throws Conflict `export.not-ready`, `export.downloading`, `export.reach-changed`, `export.person-erased`
   */
  async download(of: Resource, id: string, token: unknown, who: RequestContext): Promise<Download> {
    const job = await this.allowed(of, id, token, who);
    const { database, clock } = this.exporting;
    const key = await this.exporting.keyOf(id);
    const claim = randomUUID();
    await database.transaction(async (tx) => {
      const [claimed] = await tx.query<ExportJob>(SQL.CLAIM, [id, claim]);
      if (!claimed) throw new Conflict("export.downloading", "This file is being fetched just now.");
      await appendToOutbox(tx, [exportEvent(this.news.downloaded, claimed, clock.now())], who);
    });
    const bytes = Number(job.bytes);
    return {
      name: `${of.name}-${job.finished_at!.toISOString().slice(0, 10)}.${job.format}`,
      type: TYPES[job.format],
      bytes,
      content: Readable.from(readFile(database, id, claim, key, bytes), { objectMode: false }),
      ended: (whole) => this.ended(id, claim, whole),
    };
  }

  /**
   * Whether the file may go out to who asks now.
   *
   * @returns the job
   */
  async allowed(of: Resource, id: string, token: unknown, who: RequestContext): Promise<ExportJob> {
    const { cursors, clock, database } = this.exporting;
    if (typeof token !== "string" || token === "")
      throw new Malformed("query.invalid", "The parameter token is missing: follow `url` of the export.");
    const [until] = cursors.read(token, bindingOf(of.name, id, who), new NotFound());
    const job = await this.find(of, id, who).catch((error: unknown) => {
      throw error instanceof NotFound ? gone() : error;
    });
    if (job.downloaded_at) throw gone();
    if (Number(until) < clock.now().getTime())
      throw new Problem(410, "export.link-expired", "This link is over. Ask for the export again to get another one.");
    if (job.status !== "completed") throw new Conflict("export.not-ready", "The file is not there yet.");
    if (reachOf(storedCaller(of, who)) !== job.reach)
      throw new Conflict(
        "export.reach-changed",
        "What you may see has changed since the file was asked for. Make another export.",
      );
    if (await erasedSince(database, job.snapshot))
      throw new Conflict(
        "export.person-erased",
        "Somebody who may be in the file may have been erased since it was made. Make another export.",
      );
    return job;
  }

  private async ended(id: string, claim: string, whole: boolean): Promise<void> {
    const { database } = this.exporting;
    const [done] = await database.query(whole ? SQL.DOWNLOADED : SQL.BROKEN_OFF, [id, claim]);
    if (!done) return;
    await database.query(SQL.FORGET_KEY, [id]);
    await removeFile(database, id);
  }

  /** Refuses now what the worker could not do later. */
  private async check(of: Resource, request: ExportRequest, who: RequestContext): Promise<void> {
    const wanted = await this.exporting.wanted(of, request, who);
    const values = new Values();
    const scopes = [of.permissions.read, exportPermission(of)].map((one) => rowScope(who, one, "t", values.bind));
    await this.exporting.lists.condition(wanted.resource, wanted.query, scopes.join(" AND "), who, values);
  }

  private async find(of: Resource, id: string, who: RequestContext): Promise<ExportJob> {
    const [job] = await this.exporting.database.query<ExportJob>(SQL.GET, [...ownerOf(of, who), id]);
    if (!job) throw new NotFound();
    return job;
  }

  /** @returns a link that is good for the caller of the job alone; null where there is nothing to fetch */
  private urlOf({ id, resource, status, downloaded_at, caller }: ExportJob): string | null {
    if (status !== "completed" || downloaded_at) return null;
    const { cursors, clock } = this.exporting;
    const token = cursors.sign([clock.now().getTime() + LINK_MS], bindingOf(resource, id, caller));
    return `/v1/${resource}/exports/${id}/file?token=${token}`;
  }
}

const TYPES = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
} as const;

type Caller = Pick<RequestContext, "actorType" | "actorId" | "sessionId">;

const ownerOf = ({ name }: Resource, { actorType, actorId, sessionId }: Caller) => [
  name,
  actorType,
  actorId,
  sessionId,
];

/** A key is not its owner. */
const bindingOf = (resource: string, id: string, { actorType, actorId, sessionId }: Caller) => [
  "export",
  resource,
  id,
  actorType,
  actorId,
  actorType === "api-key" ? sessionId : null,
];

const gone = () => new Problem(410, "export.gone", "This file was fetched, or its day is over. Make another export.");
