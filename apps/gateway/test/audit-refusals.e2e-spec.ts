import { eventually } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { asked, entriesOf } from "./audit-trail.ts";
import { ROLES, System, type UserView } from "./system.ts";

const ID = "0199c1a0-0000-7000-8000-00000000000f";

type Tokens = UserView & { accessToken: string };

describe("a refusal", () => {
  let system: System;
  let seller: Tokens;
  let reader: Tokens;

  beforeAll(async () => {
    system = await System.start();
    seller = await system.user([ROLES.sales]);
    reader = await system.user([ROLES.readOnly]);
  });
  afterAll(() => system.close());

  const entered = (requestId: string) => entriesOf(system.database, requestId);
  const nobody = { token: undefined };
  const by = (user: () => Tokens) => ({
    get token() {
      return user().accessToken;
    },
  });
  const admin = {
    get token() {
      return system.token;
    },
  };
  const aSeller = by(() => seller);
  const aReader = by(() => reader);

  describe("makes exactly one entry", () => {
    it.each([
      ["without a token, here", nobody, "GET", "/v1/users", 401, "authentication.required", "/v1/users", null],
      [
        "without a token, of a service",
        nobody,
        "GET",
        "/v1/accounts",
        401,
        "authentication.required",
        "/v1/accounts",
        null,
      ],
      [
        "with a bad token",
        { token: "a.b.c" },
        "GET",
        `/v1/accounts/${ID}`,
        401,
        "authentication.required",
        "/v1/accounts/{id}",
        "account",
      ],
      [
        "without the permission, here",
        aSeller,
        "GET",
        "/v1/audit-entries",
        403,
        "permission.denied",
        "/v1/audit-entries",
        null,
      ],
      [
        "without the permission, of a service",
        aReader,
        "PATCH",
        `/v1/accounts/${ID}`,
        403,
        "permission.denied",
        "/v1/accounts/{id}",
        "account",
      ],
      [
        "by a service, of a record that may be read",
        admin,
        "PATCH",
        `/v1/tasks/${ID}`,
        403,
        "record.not-writable",
        "/v1/tasks/{id}",
        "task",
      ],
      [
        "by a service, of a record out of scope",
        admin,
        "GET",
        `/v1/tasks/${ID}?fields=id`,
        404,
        "not-found",
        "/v1/tasks/{id}",
        "task",
      ],
      ["without a body", admin, "HEAD", `/v1/tasks/${ID}`, 404, "not-found", "/v1/tasks/{id}", "task"],
      ["of a record that is not here", admin, "GET", `/v1/users/${ID}`, 404, "not-found", "/v1/users/{id}", "user"],
      [
        "of a session that is another's",
        aSeller,
        "DELETE",
        `/v1/me/sessions/${ID}`,
        404,
        "not-found",
        "/v1/me/sessions/{id}",
        "own",
      ],
    ] as const)("%s", async (_name, { token }, method, path, status, code, pattern, recordType) => {
      const answer = await asked(system, method, path, { token, body: method === "PATCH" ? {} : undefined });
      expect({ status: answer.status, ...(method !== "HEAD" && { code: answer.body.code }) }).toEqual({
        status,
        ...(method !== "HEAD" && { code }),
      });
      const [entry, ...more] = await entered(answer.requestId);
      expect(more).toEqual([]);
      expect(entry).toMatchObject({ action: "identity.request.refused", outcome: "denied", method, path: pattern });
      expect(entry).toMatchObject({ status, code, address: "127.0.0.1", record_id: recordType && ID });
      expect(entry!.record_type).toBe(recordType === "own" ? null : recordType);
      const isKnown = token !== undefined && token !== "a.b.c";
      expect([entry!.actor_type, entry!.session_id]).toEqual(isKnown ? ["user", expect.any(String)] : [null, null]);
    });

    it("each of many at once", async () => {
      const answers = await Promise.all(Array.from({ length: 200 }, () => asked(system, "GET", "/v1/accounts")));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
      const { rows } = await system.database.admin.query<{ entries: number; requests: number }>(
        `SELECT count(*)::int AS entries, count(DISTINCT request_id)::int AS requests
         FROM identity.audit_entry WHERE request_id = ANY($1)`,
        [answers.map(({ requestId }) => requestId)],
      );
      expect(rows).toEqual([{ entries: 200, requests: 200 }]);
    });
  });

  it.each([
    ["a path that leads nowhere", "GET", `/v1/nothing/${ID}`, 404],
    ["a list that is not there", "GET", "/v1/tasks", 404],
    ["a page of the documentation", "GET", "/docs/nothing.js", 404],
    ["another method", "PUT", `/v1/users/${ID}`, 405],
    ["an id that is none", "GET", "/v1/users/1", 400],
    ["what is done", "GET", `/v1/accounts/${ID}`, 200],
  ])("is not %s", async (_name, method, path, status) => {
    const answer = await asked(system, method, path, { token: system.token });
    expect(answer.status).toBe(status);
    expect(await entered(answer.requestId)).toEqual([]);
  });

  it("passes on the answer of the service as it is", async () => {
    const { headers, body } = await asked<object>(system, "GET", `/v1/tasks/${ID}`, {
      token: system.token,
      headers: { "accept-language": "zh-CN" },
    });
    expect(body).toMatchObject({ code: "not-found", title: "未找到", status: 404, traceId: expect.any(String) });
    expect(headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("is entered before it is sent", async () => {
    const blocker = await system.database.admin.connect();
    await blocker.query("BEGIN; LOCK TABLE identity.audit_entry IN EXCLUSIVE MODE");
    let isSent = false;
    const answer = asked(system, "GET", `/v1/tasks/${ID}`, { token: system.token }).finally(() => (isSent = true));
    await eventually(async () => {
      const { rows } = await system.database.admin.query("SELECT 1 FROM pg_locks WHERE NOT granted");
      return rows.length > 0;
    });
    expect(isSent).toBe(false);
    await blocker.query("COMMIT");
    blocker.release();
    expect(await entered((await answer).requestId)).toHaveLength(1);
  });

  it("stays a refusal where it cannot be entered", async () => {
    const role = `${system.database.adminUrl.split("/").at(-1)}_identity`;
    await system.database.admin.query(`REVOKE INSERT ON identity.audit_entry FROM ${role}`);
    const answers = [
      await asked(system, "GET", "/v1/users"),
      await asked(system, "PATCH", `/v1/accounts/${ID}`, { token: reader.accessToken, body: {} }),
      await asked(system, "GET", `/v1/tasks/${ID}`, { token: system.token }),
    ];
    await system.database.admin.query(`GRANT INSERT ON identity.audit_entry TO ${role}`);
    expect(answers.map(({ status }) => status)).toEqual([401, 403, 404]);
    const { requestId } = await asked(system, "GET", `/v1/users/${randomUUID()}`, { token: system.token });
    expect(await entered(requestId)).toHaveLength(1);
  });
});
