import { eventually } from "@kehu/testing";
import { PASSWORD, System } from "./system.ts";

const CHANGED = "Acht blaue Teller";
const LOCK = "424242";
/** A login's last statement, while it waits. */
const OPENING = "%INSERT INTO session%";

/** Holds up what happens to a session's row until the test gives way. */
const holdUp = (event: string) => `
  CREATE FUNCTION identity.hold_up() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock_shared(${LOCK}); RETURN NEW; END';
  CREATE TRIGGER hold_up BEFORE ${event} ON identity.session FOR EACH ROW EXECUTE FUNCTION identity.hold_up()`;

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

describe("a login with the old password while the password is changed", () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.close());
  afterEach(() => system.database.admin.query("DROP FUNCTION identity.hold_up CASCADE"));

  const login = (email: string) =>
    system.gateway.request<Tokens>("POST", "/v1/auth/login", { body: { email, password: PASSWORD } });
  const change = (token: string) =>
    system.gateway.request("POST", "/v1/me/password", {
      token,
      body: { currentPassword: PASSWORD, newPassword: CHANGED },
    });
  const statusOf = async (token: string) => (await system.gateway.request("GET", "/v1/me", { token })).status;
  const held = (work: (waiting: (sql: string) => Promise<number>) => Promise<void>) =>
    system.whileLocked(`SELECT pg_advisory_xact_lock(${LOCK})`, work);

  it("is ended by a change that comes while its session is made", async () => {
    const user = await system.user();
    await system.database.admin.query(holdUp("INSERT"));
    let opened: ReturnType<typeof login>;
    let changed: ReturnType<typeof change>;
    await held(async (waiting) => {
      opened = login(user.email);
      await eventually(async () => (await waiting(OPENING)) === 1);
      changed = change(user.accessToken);
      await eventually(async () => (await waiting("%UPDATE credential%")) === 1);
    });
    const { status, body } = await opened!;
    expect([status, (await changed!).status]).toEqual([200, 204]);
    expect(await statusOf(body.accessToken)).toBe(401);
    expect(
      (await system.gateway.request("POST", "/v1/auth/refresh", { body: { refreshToken: body.refreshToken } })).status,
    ).toBe(401);
    expect(await statusOf(user.accessToken)).toBe(200);
  });

  it("is refused where the change comes first, though it proved the password before", async () => {
    const user = await system.user();
    await login(user.email); // there is a session that the change ends, and at that it is held up
    await system.database.admin.query(holdUp("UPDATE"));
    let changed: ReturnType<typeof change>;
    let opened: ReturnType<typeof login>;
    await held(async (waiting) => {
      changed = change(user.accessToken);
      await eventually(async () => (await waiting("%UPDATE credential%")) === 1);
      opened = login(user.email);
      await eventually(async () => (await waiting(OPENING)) === 1);
    });
    expect([(await changed!).status, (await opened!).status]).toEqual([204, 401]);
    const { rows } = await system.database.admin.query(
      "SELECT 1 FROM identity.session WHERE user_id = $1 AND revoked_at IS NULL",
      [user.id],
    );
    expect(rows).toHaveLength(1);
  });

  it("leaves no session of somebody who is suspended while it is made", async () => {
    const user = await system.user();
    await system.database.admin.query(holdUp("INSERT"));
    let opened: ReturnType<typeof login>;
    let suspended: ReturnType<typeof system.send>;
    await held(async (waiting) => {
      opened = login(user.email);
      await eventually(async () => (await waiting(OPENING)) === 1);
      suspended = system.send("POST", `/v1/users/${user.id}/suspend`);
      await eventually(async () => (await waiting("%app_user%")) === 2);
    });
    const { body } = await opened!;
    expect((await suspended!).status).toBe(200);
    await system.send("POST", `/v1/users/${user.id}/reactivate`);
    expect(await statusOf(body.accessToken)).toBe(401);
  });
});
