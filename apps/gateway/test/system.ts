import {
  configureGateway,
  newSecret,
  startGateway,
  testDatabase,
  type TestDatabase,
  type TestGateway,
} from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startUpstream, type Upstream } from "./upstream.ts";

export const PASSWORD = "Sieben grüne Tassen";

export const ROLES = {
  administrator: "01980000-0000-7000-8000-000000000001",
  manager: "01980000-0000-7000-8000-000000000002",
  sales: "01980000-0000-7000-8000-000000000003",
  readOnly: "01980000-0000-7000-8000-000000000007",
};

export interface UserView {
  id: string;
  version: number;
  email: string;
  status: string;
  invitationUrl: string;
  [field: string]: unknown;
}

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** A gateway with one service behind it, and its administrator. */
export class System {
  /** Access token of the administrator. */
  token = "";

  private constructor(
    readonly database: TestDatabase,
    readonly customer: Upstream,
    readonly gateway: TestGateway,
  ) {}

  /**
   * @param prepare starts what else is behind the gateway, before the gateway itself
   * @param environment variables that this test wants otherwise
   */
  static async start(
    prepare: (customer: Upstream) => Promise<Upstream[]> = () => Promise.resolve([]),
    environment: Record<string, string> = {},
  ): Promise<System> {
    const database = await testDatabase("identity");
    const customer = await startUpstream("customer", newSecret());
    const others = await prepare(customer);
    const gateway = await startReplica(configureGateway(database, [customer, ...others], environment));
    const system = new System(database, customer, gateway);
    await system.login();
    return system;
  }

  async login(): Promise<void> {
    ({ accessToken: this.token } = await this.gateway.login());
  }

  /** A request of the administrator. */
  send<B = UserView>(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
    return this.gateway.request<B>(method, path, { token: this.token, body, headers });
  }

  async invite(data: object = {}): Promise<UserView> {
    const body = { email: `${randomUUID()}@kehu.example`, lastName: "李", ...data };
    const answer = await this.send("POST", "/v1/users", body);
    expect(answer).toMatchObject({ status: 201 });
    return answer.body;
  }

  accept(url: string, password = PASSWORD) {
    return this.gateway.request<Tokens>("POST", new URL(url).pathname, { body: { password } });
  }

  /** A user who has taken up his invitation, signed in. */
  async user(roleIds: string[] = [ROLES.sales]): Promise<UserView & Tokens> {
    const user = await this.invite({ roleIds });
    const { status, body } = await this.accept(user.invitationUrl);
    expect(status).toBe(200);
    return { ...user, ...body };
  }

  /** Types and versions of the events of a record, in their order. */
  async eventsOf(id: string): Promise<[string, number][]> {
    const { rows } = await this.database.admin.query<{ event: { type: string; aggregateversion: number } }>(
      "SELECT payload::json AS event FROM identity.outbox WHERE key = $1 ORDER BY seq",
      [id],
    );
    return rows.map(({ event }) => [event.type, event.aggregateversion]);
  }

  /**
   * Does the work while somebody else holds a lock of the database.
   *
   * @param work gets a function that counts the statements (LIKE) that wait for a lock
   */
  async whileLocked(lock: string, work: (waiting: (sql: string) => Promise<number>) => Promise<void>): Promise<void> {
    const blocker = await this.database.admin.connect();
    const waiting = async (sql: string) => {
      const { rows } = await this.database.admin.query(
        `SELECT 1 FROM pg_stat_activity
         WHERE wait_event_type = 'Lock' AND query LIKE $1 AND datname = current_database()`,
        [sql],
      );
      return rows.length;
    };
    try {
      await blocker.query("BEGIN");
      await blocker.query(lock);
      await work(waiting);
    } finally {
      await blocker.query("ROLLBACK");
      blocker.release();
    }
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await this.customer.close();
    await this.database.close();
  }
}

/** One more gateway with the environment of the first. */
export function startReplica(keysDir: string): Promise<TestGateway> {
  return startGateway(() => import("../src/app.module.ts"), keysDir);
}
