import {
  anAdministrator,
  eventually,
  MASTER_KEY,
  publish,
  startService,
  testDatabase,
  type TestAnswer,
  type TestCaller,
  type TestDatabase,
  type TestService,
} from "@kehu/testing";
import type { EventType } from "@kehu/contracts";
import { PersonalData } from "@kehu/personal-data";
import { randomUUID } from "node:crypto";

/** A record as the service shows it. */
export interface View {
  id: string;
  version: number;
  ownerId: string | null;
  [field: string]: unknown;
}

export interface PageView {
  data: View[];
  page: { nextCursor: string | null; hasMore: boolean; total?: number };
}

export interface BulkView {
  results: { outcome: string; id: string | null; errors: { code: string; field: string }[] }[];
}

/** An event in the outbox, decrypted. */
export interface Told {
  type: EventType;
  version: number;
  data: Record<string, unknown> & { changed: string[] };
}

/** sales-svc with its database, for one spec file. */
export interface Sales {
  database: TestDatabase;
  service: TestService;
  admin: TestCaller;
  post(path: string, body?: object, as?: TestCaller, headers?: Record<string, string>): Promise<TestAnswer<View>>;
  /** Sends a POST again while the service is too busy for it, as its 503 says. */
  insist(path: string, body?: object): Promise<TestAnswer<View>>;
  /** Sends a POST that must succeed. */
  done(path: string, body?: object, as?: TestCaller): Promise<View>;
  patch(path: string, body: object, as?: TestCaller): Promise<TestAnswer<View>>;
  get(path: string, as?: TestCaller): Promise<View>;
  list(path: string, as?: TestCaller): Promise<PageView>;
  import(resource: string, operations: object[]): Promise<BulkView["results"]>;
  eventsOf(id: string): Promise<Told[]>;
  /** An account, contact or campaign of another service, of which an event has told. */
  known(concept: "account" | "contact" | "campaign", state?: object): Promise<string>;
  close(): Promise<void>;
}

const CREATED = {
  account: "customer.account.created",
  contact: "customer.contact.created",
  campaign: "marketing.campaign.created",
} as const;

export async function startSales(): Promise<Sales> {
  const admin = anAdministrator();
  const database = await testDatabase("sales");
  const load = () => import("../src/app.module.ts");
  const service = await startService({ name: "sales", schema: "sales" }, load, database);
  const expected = async <B>(status: number, as: TestCaller, method: string, path: string, body?: object) => {
    const answer = await service.request<B>(as, method, `/v1/${path}`, { body });
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status });
    return answer.body;
  };
  const outbox = database.open("sales");
  const personal = await PersonalData.open(outbox, [MASTER_KEY]);
  const post: Sales["post"] = (path, body = {}, as = admin, headers = {}) =>
    service.request<View>(as, "POST", `/v1/${path}`, { body, headers });
  return {
    database,
    service,
    admin,
    post,
    async insist(path, body) {
      for (;;) {
        const answer = await post(path, body);
        if (answer.status !== 503) return answer;
      }
    },
    async done(path, body, as) {
      const { status, body: view } = await post(path, body, as);
      expect({ ok: status === 200 || status === 201, view }).toMatchObject({ ok: true });
      return view;
    },
    patch: (path, body, as = admin) => service.request<View>(as, "PATCH", `/v1/${path}`, { body }),
    get: (path, as = admin) => expected<View>(200, as, "GET", path),
    list: (path, as = admin) => expected<PageView>(200, as, "GET", path),
    async import(resource, operations) {
      const body = { operations, origin: "import" };
      return (await expected<BulkView>(200, admin, "POST", `${resource}/bulk`, body)).results;
    },
    async eventsOf(id) {
      const { rows } = await database.admin.query<Told>(
        `SELECT type, (payload::json->>'aggregateversion')::int AS version, payload::json->'data' AS data
         FROM sales.outbox WHERE key = $1 ORDER BY seq`,
        [id],
      );
      return personal.reveal(
        outbox,
        rows.map((row) => ({ ...row, subject: id })),
      );
    },
    async known(concept, state = {}) {
      const id = randomUUID();
      await publish(database, CREATED[concept], { id, ...state });
      await eventually(async () => {
        const { rowCount } = await database.admin.query(`SELECT FROM sales.${concept}_copy WHERE id = $1`, [id]);
        return rowCount === 1;
      });
      return id;
    },
    async close() {
      await service.close();
      await database.close();
    },
  };
}
