import {
  configureGateway,
  eventually,
  newSecret,
  testDatabase,
  type TestDatabase,
  type TestGateway,
} from "@kehu/testing";
import { startReplica } from "./system.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

interface Freshness {
  level: boolean;
  services: {
    service: string;
    unpublished: number | null;
    lag: number | null;
    parked: number | null;
    asOf: string | null;
  }[];
}

describe("pages", () => {
  let database: TestDatabase;
  let customer: Upstream;
  let sales: Upstream;
  let keysDir: string;
  let gateway: TestGateway;
  let token: string;

  beforeAll(async () => {
    database = await testDatabase("identity");
    customer = await startUpstream("customer", newSecret());
    sales = await startUpstream("sales", newSecret());
    sales.document = {
      paths: {
        "/v1/leads": {
          get: {
            "x-permission": "sales.lead.read",
            responses: { 200: { schema: { $ref: "#/components/schemas/Thing" } } },
          },
        },
        "/v1/accounts": { get: { "x-permission": "public" } },
        "/v1/me": { get: { "x-permission": "public" } },
      },
      components: { schemas: { Thing: { type: "string" } } },
    };
    keysDir = configureGateway(database, [customer, sales]);
    gateway = await startReplica(keysDir);
    ({ accessToken: token } = await gateway.login());
  });

  afterAll(async () => {
    await gateway.close();
    await sales.close();
    await customer.close();
    await database.close();
  });

  it("GET /openapi.json is one document of all services, valid in itself", async () => {
    const { status, body } = await gateway.request<{
      openapi: string;
      paths: Record<string, Record<string, { "x-permission"?: string }>>;
      components: { schemas: Record<string, object> };
    }>("GET", "/openapi.json");
    expect(status).toBe(200);
    expect(body.openapi).toBe("3.1.0");
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining(["/v1/users", "/v1/accounts/{id}", "/v1/leads", "/v1/auth/login"]),
    );
    expect(body.components.schemas).toMatchObject({ Thing: { type: "object" }, SalesThing: { type: "string" } });
    const references = [...JSON.stringify(body).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name!);
    expect(references.filter((name) => !(name in body.components.schemas))).toEqual([]);
    const v1 = Object.entries(body.paths).filter(
      ([path]) => path.startsWith("/v1/") && !path.includes("misspelt") && !path.includes("undeclared"),
    );
    for (const [, item] of v1)
      for (const operation of Object.values(item)) expect(operation).toHaveProperty("x-permission");
  });

  it("gives no service a path that is another's or the gateway's own", async () => {
    expect((await gateway.request("GET", "/v1/accounts")).status).toBe(401);
    expect((await gateway.request("GET", "/v1/me")).status).toBe(401);
  });

  it("GET /docs is a page whose files all come from here", async () => {
    const page = await fetch(`${gateway.url}/docs`);
    expect(page.headers.get("content-type")).toMatch("text/html");
    const html = await page.text();
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file!);
    expect(files).toHaveLength(4);
    for (const file of files) {
      expect(file).toMatch(/^\/docs\//);
      expect((await fetch(gateway.url + file)).status).toBe(200);
    }
    expect((await fetch(`${gateway.url}/docs/nothing.js`)).status).toBe(404);
  });

  it("GET /v1/freshness adds up all services, and is not level while one is away", async () => {
    const ask = async () => (await gateway.request<Freshness>("GET", "/v1/freshness", { token })).body;
    await eventually(async () => (await ask()).level);
    const one = await ask();
    expect(one.services.map(({ service }) => service)).toEqual(["gateway", "customer", "sales"]);
    expect(one.services[1]).toEqual({
      service: "customer",
      unpublished: 0,
      lag: 0,
      parked: 0,
      asOf: "1970-01-01T00:00:00.000Z",
    });
    expect((await gateway.request("GET", "/v1/operations/lag", { token })).body).toMatchObject({
      data: [{ service: "gateway" }, {}, {}],
    });
    expect((await gateway.request("GET", "/v1/freshness")).status).toBe(401);
    await sales.close();
    expect(await ask()).toMatchObject({
      level: false,
      services: [{}, {}, { service: "sales", unpublished: null, lag: null }],
    });
  });

  it("starts with the stored documents while the services are away", async () => {
    const second = await startReplica(keysDir);
    const { status, body } = await second.request("GET", "/v1/leads", { token });
    expect([status, body.code]).toEqual([503, "service.unavailable"]);
    expect((await second.request("GET", "/openapi.json")).body.paths).toHaveProperty(["/v1/leads"]);
    await second.close();
  });
});
