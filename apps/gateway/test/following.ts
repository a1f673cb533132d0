import { eventually, publish, type TestGateway } from "@kehu/testing";
import type { EventType } from "@kehu/contracts";
import { randomUUID } from "node:crypto";
import { request, type IncomingMessage } from "node:http";
import type { System, UserView } from "./system.ts";

export interface Entry {
  kind: string;
  id: string;
  version: number;
  change: string;
  fields: string[];
  at: string;
  actor: { type: string; id: string } | null;
}

export interface SyncPage {
  data: Entry[];
  page: { since: string; hasMore: boolean };
  code: string;
  detail: string;
  allowed: string[];
}

export type Person = UserView & { accessToken: string };

/** What a record's place is. */
interface Placed {
  ownerId?: string | null;
  teamId?: string | null;
  collaborators?: { type: string; id: string; access: string }[];
  deletedAt?: string | null;
}

/** Follows changes in the gateway of a test, and tells of them as the services do. */
export class Following {
  constructor(private readonly system: System) {}

  sync(token: string, query = "") {
    return this.system.gateway.request<SyncPage>("GET", `/v1/sync${query}`, { token });
  }

  /** The token of now. */
  async now(token: string, query = ""): Promise<string> {
    const { status, body } = await this.sync(token, query);
    expect({ status, body }).toMatchObject({ status: 200, body: { data: [], page: { hasMore: false } } });
    return body.page.since;
  }

  /** All pages from a token on. */
  async all(token: string, since: string, query = ""): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (let next = since; ;) {
      const { status, body } = await this.sync(token, `?since=${next}${query}`);
      expect({ status, code: body.code }).toEqual({ status: 200, code: undefined });
      entries.push(...body.data);
      next = body.page.since;
      if (!body.page.hasMore) return entries;
    }
  }

  /** A role with these permissions, and somebody who has it. */
  async user(
    grants: object,
    { fieldRules = {}, ...data }: { fieldRules?: object; teamId?: string } = {},
  ): Promise<Person> {
    const role = await this.role(grants, fieldRules);
    const person = await this.system.user([role]);
    if (data.teamId !== undefined)
      expect(await this.system.send("PATCH", `/v1/users/${person.id}`, data)).toMatchObject({ status: 200 });
    return person;
  }

  async role(grants: object, fieldRules: object = {}): Promise<string> {
    const answer = await this.system.send("POST", "/v1/roles", { name: randomUUID(), grants, fieldRules });
    expect(answer).toMatchObject({ status: 201 });
    return answer.body.id;
  }

  async team(parentId: string | null = null): Promise<string> {
    const answer = await this.system.send("POST", "/v1/teams", { name: randomUUID(), parentId });
    expect(answer).toMatchObject({ status: 201 });
    return answer.body.id;
  }

  /** Tells what happened to an account. */
  account(
    id: string,
    version: number,
    ownerId: string | null,
    verb: "created" | "updated" | "deleted" = "updated",
  ): ReturnType<Following["tell"]> {
    const deletedAt = verb === "deleted" ? new Date().toISOString() : null;
    return this.tell(`customer.account.${verb}`, id, version, { ownerId, deletedAt });
  }

  /** An event of a service. */
  tell(type: EventType, id: string, version: number, state: Placed = {}, changed: string[] = [], facts: object = {}) {
    return publish(this.system.database, type, { id, ...state }, version, randomUUID(), {
      facts: { changed, ...facts },
    });
  }

  /** Waits until whatever was written or told has arrived. */
  async settled(): Promise<void> {
    const behind = `
      SELECT 1 FROM identity.outbox WHERE published_at IS NULL
      UNION ALL SELECT 1 FROM bus.topic LEFT JOIN bus.position ON topic = name AND consumer_group = 'kehu.gateway'
      WHERE bus.topic.next_offset > coalesce(bus.position.next_offset, 1)`;
    await eventually(async () => (await this.system.database.admin.query(behind)).rows.length === 0);
  }

  /** Waits until all that was told has arrived: the last of it is seen by the administrator. */
  async arrived(id: string, version: number): Promise<void> {
    const { admin } = this.system.database;
    await eventually(async () => {
      const sql = "SELECT 1 FROM identity.change_place WHERE id = $1 AND version >= $2";
      return (await admin.query(sql, [id, version])).rows.length > 0;
    });
  }
}

/** One block of an event stream. */
export interface Block {
  id?: string;
  event?: string;
  data?: Entry & { reason: string };
}

/** The last id, as a browser has it after some blocks. */
export const lastIdOf = (blocks: readonly Block[]) => blocks.findLast(({ id }) => id !== undefined)?.id;

/** A client of `GET /v1/changes`. */
export class Client {
  readonly blocks: Block[] = [];
  text = "";
  isOver = false;

  private constructor(readonly response: IncomingMessage) {
    response.on("data", (chunk: Buffer) => this.take(chunk.toString()));
    response.on("error", () => undefined);
    response.on("close", () => (this.isOver = true));
  }

  static open(gateway: TestGateway, token: string, query = "", headers: Record<string, string> = {}): Promise<Client> {
    return new Promise((resolve, reject) => {
      request(`${gateway.url}/v1/changes${query}`, { headers: { authorization: `Bearer ${token}`, ...headers } })
        .on("error", reject)
        .on("response", (response) => resolve(new Client(response)))
        .end();
    });
  }

  get status(): number {
    return this.response.statusCode!;
  }

  /** The entries that came, in their order. */
  get entries(): Entry[] {
    return this.blocks.filter(({ event }) => event === "change").map(({ data }) => data!);
  }

  /** Why it ended. */
  get reason(): string | undefined {
    return this.blocks.find(({ event }) => event === "end")?.data?.reason;
  }

  get lastId(): string | undefined {
    return lastIdOf(this.blocks);
  }

  close(): void {
    this.response.destroy();
  }

  private take(chunk: string): void {
    this.text += chunk;
    const parts = this.text.split("\n\n");
    this.text = parts.pop()!;
    for (const part of parts) {
      const lines = part.split("\n").map((line) => /^(\w*): ?(.*)$/.exec(line)!);
      const block = Object.fromEntries(lines.map(([, name, value]) => [name, value])) as Record<string, string>;
      this.blocks.push({ ...block, data: block["data"] && (JSON.parse(block["data"]) as Block["data"]) } as Block);
    }
  }
}
