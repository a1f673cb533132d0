import { eventually } from "@kehu/testing";
import { BadServer, type Behaviour, type Seen } from "./bad-server.ts";
import { Client } from "./client.ts";

const GOOD: Behaviour = { status: 200, body: { fine: true } };
const problem = (status: number, code = "some.code"): Behaviour => ({ status, body: { code, detail: "Some detail." } });
const LOGIN = { email: "ada@example.com", password: "secret" };

describe("Client", () => {
  let server: BadServer;
  const said: string[] = [];

  const clientOf = async (behave: (seen: Seen, count: number) => Behaviour, patience = 60_000) => {
    server = new BadServer(behave);
    return new Client(await server.start(), LOGIN, patience, (message) => said.push(message));
  };
  afterEach(() => server.stop());

  it("signs in once, and sends its token and the key", async () => {
    const client = await clientOf(() => GOOD);
    await Promise.all([client.get("/v1/a"), client.post("/v1/b", '{"x":1}', "key-1")]);
    expect(server.seen.filter(({ path }) => path === "/v1/auth/login")).toHaveLength(1);
    expect(server.asked.find(({ path }) => path === "/v1/b")).toMatchObject({
      authorization: "Bearer access 1",
      key: "key-1",
      body: { x: 1 },
    });
  });

  it.each<[string, Behaviour]>([
    ["is overloaded", problem(429)],
    ["has a service restarting", problem(503)],
    ["waits for a service in vain", problem(504)],
    ["has trouble", problem(500)],
    ["does not know the path yet", problem(404)],
    ["runs the first try still", problem(409, "idempotency.in-progress")],
    ["cuts the connection", "cut"],
  ])("asks again with the same key when Kehu %s", async (_what, behaviour) => {
    const client = await clientOf((_seen, count) => (count < 3 ? behaviour : GOOD));
    expect(await client.post("/v1/b", "{}", "key-1")).toEqual({ fine: true });
    expect(server.asked.map(({ key }) => key)).toEqual(["key-1", "key-1", "key-1"]);
  });

  it.each([400, 403, 409, 413, 422])("does not ask again after %i", async (status) => {
    const client = await clientOf(() => problem(status));
    await expect(client.get("/v1/a")).rejects.toMatchObject({ status, code: "some.code", message: "Some detail." });
    expect(server.asked).toHaveLength(1);
  });

  it("gives up when Kehu has been away for too long", async () => {
    const client = await clientOf(() => problem(503), 500);
    await expect(client.get("/v1/a")).rejects.toThrow("GET /v1/a: 503 some.code: Some detail.");
    expect(server.asked.length).toBeGreaterThan(2);
  });

  it("renews a token that Kehu takes for none any more", async () => {
    const client = await clientOf(({ authorization }) => (authorization === "Bearer access 1" ? problem(401) : GOOD));
    expect(await client.get("/v1/a")).toEqual({ fine: true });
    expect(server.seen.map(({ path }) => path)).toEqual(["/v1/auth/login", "/v1/a", "/v1/auth/refresh", "/v1/a"]);
    expect(server.seen[2]?.body).toEqual({ refreshToken: "refresh 1" });
  });

  it("renews a token before it ends", async () => {
    const client = await clientOf(() => GOOD);
    server.lifetime = 0.001;
    await eventually(async () => {
      await client.get("/v1/a");
      expect(server.seen.at(-2)?.path).toBe("/v1/auth/refresh");
    });
    expect(server.seen.filter(({ path }) => path === "/v1/auth/login")).toHaveLength(1);
  });
});
