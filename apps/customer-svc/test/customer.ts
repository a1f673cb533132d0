import {
  anAdministrator,
  startService,
  testDatabase,
  type TestCaller,
  type TestDatabase,
  type TestService,
} from "@kehu/testing";

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

/** customer-svc with its database, for one spec file. */
export interface Customer {
  database: TestDatabase;
  service: TestService;
  admin: TestCaller;
  /** Creates a record and expects that it succeeds. */
  create(resource: string, body: object, as?: TestCaller): Promise<View>;
  get(path: string, as?: TestCaller): Promise<View>;
  list(path: string, as?: TestCaller): Promise<PageView>;
  import(resource: string, operations: object[]): Promise<BulkView["results"]>;
  /** Type, version and changed fields of every event of a record, from the outbox. */
  eventsOf(id: string): Promise<[type: string, version: number, changed: string[]][]>;
  close(): Promise<void>;
}

export async function startCustomer(): Promise<Customer> {
  const admin = anAdministrator();
  const database = await testDatabase("customer");
  const load = () => import("../src/app.module.ts");
  const service = await startService({ name: "customer", schema: "customer" }, load, database);
  const expected = async <B>(status: number, as: TestCaller, method: string, path: string, body?: object) => {
    const answer = await service.request<B>(as, method, path, { body });
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status });
    return answer.body;
  };
  return {
    database,
    service,
    admin,
    create: (resource, body, as = admin) => expected<View>(201, as, "POST", `/v1/${resource}`, body),
    get: (path, as = admin) => expected<View>(200, as, "GET", path),
    list: (path, as = admin) => expected<PageView>(200, as, "GET", path),
    async import(resource, operations) {
      const body = { operations, origin: "import" };
      return (await expected<BulkView>(200, admin, "POST", `/v1/${resource}/bulk`, body)).results;
    },
    async eventsOf(id) {
      const { rows } = await database.admin.query<{ type: string; version: number; changed: string[] }>(
        `SELECT type, (payload::json->>'aggregateversion')::int AS version, payload::json->'data'->'changed' AS changed
         FROM customer.outbox WHERE key = $1 ORDER BY seq`,
        [id],
      );
      return rows.map(({ type, version, changed }) => [type, version, changed]);
    },
    async close() {
      await service.close();
      await database.close();
    },
  };
}

/** Sends a request again while a busy machine answers that it took too long: nothing has happened then. */
export async function insist<A extends { status: number }>(send: () => Promise<A>): Promise<A> {
  for (;;) {
    const answer = await send();
    if (answer.status !== 503) return answer;
  }
}
