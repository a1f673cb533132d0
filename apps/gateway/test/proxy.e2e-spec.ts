import {
  configureGateway,
  eventually,
  newSecret,
  testDatabase,
  type TestDatabase,
  type TestGateway,
} from "@kehu/testing";
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { startReplica } from "./system.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

const ID = "0199c1a0-0000-7000-8000-000000000001";

describe("the proxy", () => {
  let database: TestDatabase;
  let customer: Upstream;
  let sales: { name: string; secret: string; port: number };
  let gateway: TestGateway;
  let token: string;

  beforeAll(async () => {
    database = await testDatabase("identity");
    customer = await startUpstream("customer", newSecret());
    const away = await startUpstream("sales", newSecret());
    sales = { name: "sales", secret: away.secret, port: away.port };
    away.document = {
      paths: {
        "/v1/opportunities": {
          get: { "x-permission": "sales.opportunity.read" },
          post: { "x-permission": "sales.opportunity.write" },
        },
      },
    };
    gateway = await startReplica(configureGateway(database, [customer, sales]));
    await away.close();
    ({ accessToken: token } = await gateway.login());
  });

  afterAll(async () => {
    await gateway.close();
    await customer.close();
    await database.close();
  });

  it("sends a request on with its query, and the answer back with its headers", async () => {
    const { status, headers, body } = await gateway.request("GET", `/v1/accounts/${ID}?filter[name]=a%20b&fields=id`, {
      token,
    });
    expect({ status, etag: headers.get("etag") }).toEqual({ status: 200, etag: '"3"' });
    expect(body).toMatchObject({ method: "GET", url: `/v1/accounts/${ID}?filter[name]=a%20b&fields=id` });
  });

  it("sends a body on, and the headers that services know", async () => {
    const headers = { "idempotency-key": "k-1", "accept-language": "zh-CN", "if-match": '"4"' };
    const { status, body } = await gateway.request("POST", "/v1/accounts", { token, body: { name: "华星" }, headers });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      body: { name: "华星" },
      who: { idempotency: { key: "k-1" }, language: "zh-CN", ifMatch: 4 },
    });
  });

  it("tells the service who calls, with the grants of that service and of what the operation also reads", async () => {
    const me = await gateway.request("GET", "/v1/me", { token });
    const plain = await gateway.request<{ who: { grants: object } }>("GET", `/v1/accounts/${ID}`, { token });
    expect(plain.body.who).toMatchObject({
      actorType: "user",
      actorId: me.body.id,
      grants: { "customer.account.read": "all" },
    });
    expect(plain.body.who.grants).not.toHaveProperty(["sales.opportunity.read"]);
    const timeline = await gateway.request<{ who: { grants: object } }>("GET", `/v1/accounts/${ID}/timeline`, {
      token,
    });
    expect(timeline.body.who.grants).toHaveProperty(["sales.opportunity.read"], "all");
    expect(timeline.body.who.grants).not.toHaveProperty(["sales.lead.read"]);
  });

  it("answers HEAD like GET without a body, and DELETE with 204", async () => {
    expect((await gateway.request("HEAD", `/v1/accounts/${ID}`, { token })).status).toBe(200);
    expect(await gateway.request("DELETE", `/v1/accounts/${ID}`, { token })).toMatchObject({
      status: 204,
      body: undefined,
    });
  });

  it("serves what is public and what is the caller's own", async () => {
    expect((await gateway.request("GET", "/v1/open")).status).toBe(200);
    expect((await gateway.request("GET", "/v1/own")).status).toBe(401);
    expect((await gateway.request("GET", "/v1/own", { token })).status).toBe(200);
  });

  it("passes no header of a service that clients need not see", async () => {
    const { headers } = await gateway.request("GET", "/v1/headers", { token });
    expect(headers.get("retry-after")).toBe("7");
    expect(["x-powered-by", "server", "set-cookie"].map((name) => headers.get(name))).toEqual([null, null, null]);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("refuses an operation that declares no permission, or one that nobody knows", async () => {
    expect((await gateway.request("GET", "/v1/undeclared", { token })).status).toBe(404);
    expect((await gateway.request("GET", "/v1/misspelt", { token })).status).toBe(404);
  });

  it("answers 404 for an unknown path, and 405 with Allow for another method", async () => {
    expect(await gateway.request("GET", "/v1/nothing", { token })).toMatchObject({
      status: 404,
      body: { code: "not-found" },
    });
    const { status, headers, body } = await gateway.request("PUT", `/v1/accounts/${ID}`, { token });
    expect({ status, allow: headers.get("allow"), code: body.code }).toEqual({
      status: 405,
      allow: "GET, PATCH, DELETE",
      code: "method.not-allowed",
    });
    expect((await gateway.request("DELETE", "/v1/auth/login")).headers.get("allow")).toBe("POST");
  });

  it("answers 503 for the routes of a service that is away, while others work", async () => {
    const read = await gateway.request("GET", "/v1/opportunities", { token });
    expect(read).toMatchObject({ status: 503, body: { code: "service.unavailable" } });
    expect(read.headers.get("retry-after")).toBe("2");
    const write = await gateway.request("POST", "/v1/opportunities", { token, body: {} });
    expect(write).toMatchObject({ status: 503, body: { code: "service.unavailable" } });
    expect(write.body).not.toHaveProperty("outcome"); // the request never left
    expect((await gateway.request("GET", "/v1/accounts", { token })).status).toBe(200);
  });

  it("says that the outcome is unknown where a service hangs up in the middle of a write, and reads once more", async () => {
    const before = customer.arrivals.length;
    const write = await gateway.request("POST", "/v1/broken", { token, body: {} });
    expect(write).toMatchObject({ status: 503, body: { code: "service.unavailable", outcome: "unknown" } });
    expect(customer.arrivals).toHaveLength(before + 1);
    const read = await gateway.request("GET", "/v1/broken", { token });
    expect(read).toMatchObject({ status: 503, body: { code: "service.unavailable" } });
    expect(read.body).not.toHaveProperty("outcome");
    expect(customer.arrivals).toHaveLength(before + 3);
  });

  it("cuts the answer off where the service does, so that half of it never looks whole", async () => {
    const half = fetch(`${gateway.url}/v1/half`, { headers: { authorization: `Bearer ${token}` } });
    await expect(half.then((response) => response.text())).rejects.toThrow();
  });

  it("finds the service again when it is back on its port", async () => {
    const back = await startUpstream("sales", sales.secret, sales.port);
    await eventually(async () => (await gateway.request("GET", "/v1/opportunities", { token })).status === 404);
    await back.close();
  });

  it("streams the answer as it comes", async () => {
    const response = await fetch(`${gateway.url}/v1/stream`, { headers: { authorization: `Bearer ${token}` } });
    const reader = response.body!.getReader();
    const next = async () => new TextDecoder().decode((await reader.read()).value);
    expect(await next()).toBe("first ");
    customer.events.emit("more", "second ");
    expect(await next()).toBe("second ");
    customer.events.emit("end");
    expect((await reader.read()).done).toBe(true);
  });

  it("ends the request to the service when the client goes, before and during the answer", async () => {
    for (const [path, gone] of [
      ["/v1/slow", "gone"],
      ["/v1/stream", "closed"],
    ] as const) {
      const ended = once(customer.events, gone);
      const started = path === "/v1/slow" ? once(customer.events, "started") : undefined;
      const client = httpRequest(gateway.url + path, { headers: { authorization: `Bearer ${token}` } });
      client.on("error", () => undefined);
      client.end();
      if (started) await started;
      else await once(client, "response");
      client.destroy();
      await ended;
    }
  });

  it("forwards nothing but JSON, of at most 256 KB, not packed", async () => {
    const before = customer.arrivals.length;
    const send = (type: string, body: string | ReadableStream, headers: Record<string, string> = {}) =>
      fetch(`${gateway.url}/v1/accounts`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": type, ...headers },
        body,
        ...(body instanceof ReadableStream && { duplex: "half" }),
      });
    const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code];
    expect(await codeOf(await send("text/plain", "{}"))).toEqual([415, "request.unsupported-type"]);
    expect(await codeOf(await send("application/x-www-form-urlencoded", "a=b"))).toEqual([
      415,
      "request.unsupported-type",
    ]);
    expect(await codeOf(await send("multipart/form-data; boundary=x", "--x--"))).toEqual([
      415,
      "request.unsupported-type",
    ]);
    expect(await codeOf(await send("application/json; charset=utf-16", "{}"))).toEqual([
      415,
      "request.unsupported-type",
    ]);
    expect(await codeOf(await send("application/json", "{}", { "content-encoding": "gzip" }))).toEqual([
      415,
      "request.unsupported-encoding",
    ]);
    const large = JSON.stringify({ name: "x".repeat(256 * 1024) });
    expect(await codeOf(await send("application/json", large))).toEqual([413, "request.too-large"]);
    const chunks = new Blob([large]).stream();
    expect(await codeOf(await send("application/json", chunks))).toEqual([413, "request.too-large"]);
    expect(customer.arrivals).toHaveLength(before);
    const fits = JSON.stringify({ name: "x".repeat(200 * 1024) });
    expect((await send("application/json", new Blob([fits]).stream())).status).toBe(201);
  });

  it("keeps the last good document of each service in the database", async () => {
    const { rows } = await database.admin.query("SELECT service FROM identity.route_document ORDER BY service");
    expect(rows.map(({ service }: { service: string }) => service)).toEqual(["customer", "sales"]);
  });
});
