import { NO_RULES, signInternalToken } from "@kehu/auth";
import { Database } from "@kehu/database";
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";
import { Config, type Upstream } from "../gateway-config.ts";
import { Upstreams } from "./upstreams.ts";
import { parseDocument } from "./openapi.ts";
import { RouteTable } from "./route-table.ts";

/** Pauses between polls: short until a document is there, long once it is known, with half of it as chance. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 15_000;
/** Services that never answered are not waited for any longer than this after the start. */
const PATIENCE_MS = 15_000;

/** Whether a service answered when it was last asked. */
export interface ServiceState {
  service: string;
  status: "up" | "away";
}

/** Asks each service for its OpenAPI document, keeps the last good one in the database, and feeds the route table. */
@Injectable()
export class Documents implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(Documents.name);
  private readonly texts = new Map<string, string>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly startedAt = performance.now();
  private readonly up = new Set<string>();
  private stopped = false;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly upstreams: Upstreams,
    private readonly table: RouteTable,
  ) {}

  /** True once every service's routes are known, or have been waited for. */
  get loaded(): boolean {
    return (
      this.config.upstreams.every(({ name }) => this.table.has(name)) ||
      performance.now() - this.startedAt > PATIENCE_MS
    );
  }

  states(): ServiceState[] {
    return this.config.upstreams.map(({ name }) => ({ service: name, status: this.up.has(name) ? "up" : "away" }));
  }

  async onApplicationBootstrap(): Promise<void> {
    const stored = await this.database.query<{ service: string; document: string }>(
      "SELECT service, document FROM route_document",
    );
    for (const { service, document } of stored) {
      if (this.config.upstreams.some(({ name }) => name === service)) this.take(service, document);
    }
    for (const upstream of this.config.upstreams) this.schedule(upstream, FIRST_PAUSE_MS);
  }

  /** Asks every service now: a field that was added a moment ago is in its document. One that is away keeps its last. */
  async refresh(): Promise<void> {
    await Promise.all(this.config.upstreams.map((upstream) => this.fetch(upstream)));
  }

  onModuleDestroy(): void {
    this.stopped = true;
    this.timers.forEach((timer) => clearTimeout(timer));
  }

  private schedule(upstream: Upstream, pause: number): void {
    if (this.stopped) return;
    const chance = pause * (0.75 + Math.random() / 2);
    this.timers.set(upstream.name, setTimeout(() => void this.poll(upstream, pause), chance).unref());
  }

  private async poll(upstream: Upstream, pause: number): Promise<void> {
    const fresh = await this.fetch(upstream);
    if (fresh) this.up.add(upstream.name);
    else this.up.delete(upstream.name);
    // Until the service has answered once in this run it may be starting, so the pauses grow slowly.
    this.schedule(upstream, fresh ? LONGEST_PAUSE_MS : Math.min(pause * 1.3, LONGEST_PAUSE_MS));
  }

  private async fetch(upstream: Upstream): Promise<boolean> {
    try {
      const token = signInternalToken(
        {
          actorType: "api-key",
          actorId: "gateway",
          sessionId: null,
          grants: {},
          fieldRules: NO_RULES,
          place: null,
          timeZone: null,
        },
        upstream.name,
        upstream.key,
      );
      const text = await this.upstreams.text(upstream.name, "/internal/openapi.json", token);
      if (text === undefined) return false;
      if (text === this.texts.get(upstream.name)) return true;
      if (!this.take(upstream.name, text)) return false;
      await this.database.query(
        `INSERT INTO route_document (service, document) VALUES ($1, $2)
         ON CONFLICT (service) DO UPDATE SET document = excluded.document, fetched_at = clock_timestamp()`,
        [upstream.name, text],
      );
      return true;
    } catch (error) {
      this.log.warn(`The document of ${upstream.name} cannot be read: ${(error as Error).name}`);
      return false;
    }
  }

  private take(service: string, text: string): boolean {
    const document = parseDocument(text);
    if (!document) {
      this.log.error(`${service}: what it gives is no OpenAPI document. The last good one stays.`);
      return false;
    }
    this.texts.set(service, text);
    this.table.set(service, document);
    return true;
  }
}
