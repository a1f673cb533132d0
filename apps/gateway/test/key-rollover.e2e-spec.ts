import { configureGateway, newSecret, testDatabase, type TestDatabase, type TestGateway } from "@kehu/testing";
import jwt from "jsonwebtoken";
import { writeKey } from "../src/keys/key-files.ts";
import { encode } from "./forger.ts";
import { startReplica } from "./system.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

const ROLLS = 50;
const CLIENTS = 8;

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

const kidOf = (token: string) => jwt.decode(token, { complete: true })!.header.kid!;
const pick = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!;

describe("a new signing key", () => {
  let database: TestDatabase;
  let customer: Upstream;
  let keysDir: string;
  let gateways: TestGateway[];
  /** A key's time has seconds, so the keys of this test are those of the last minutes. */
  const first = Math.floor(Date.now() / 1000) - 600;

  beforeAll(async () => {
    database = await testDatabase("identity");
    customer = await startUpstream("customer", newSecret());
    keysDir = configureGateway(database, [customer]);
    writeKey(keysDir, new Date(first * 1000));
    gateways = [await startReplica(keysDir), await startReplica(keysDir)];
  });
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.close()));
    await customer.close();
    await database.close();
  });

  it(`signs at once, ${ROLLS} times under load, and no good token is refused at any replica`, async () => {
    let { accessToken, refreshToken }: Tokens = await gateways[0]!.login();
    const forged = `${encode({ alg: "ES256", kid: "nobody" })}.${encode({})}.AAAA`;
    const tokens = [accessToken];
    const statuses = new Map<string, number>();
    let running = true;
    const count = (name: string) => statuses.set(name, (statuses.get(name) ?? 0) + 1);
    const client = async () => {
      while (running) {
        // Every token that was given out so far, and the newest as often as all others.
        const token = pick([tokens.at(-1)!, pick(tokens)]);
        const { status } = await pick(gateways).request("GET", pick(["/v1/accounts", "/v1/me"]), { token });
        count(`good ${status}`);
        count(`forged ${(await pick(gateways).request("GET", "/v1/accounts", { token: forged })).status}`);
      }
    };
    const load = Array.from({ length: CLIENTS }, client);
    try {
      for (let roll = 1; roll <= ROLLS; roll++) {
        writeKey(keysDir, new Date((first + roll) * 1000));
        const answer = await gateways[roll % 2]!.request<Tokens>("POST", "/v1/auth/refresh", {
          body: { refreshToken },
        });
        expect(answer.status).toBe(200);
        ({ accessToken, refreshToken } = answer.body);
        tokens.push(accessToken);
        // The other replica may not have looked into the folder since.
        expect((await gateways[(roll + 1) % 2]!.request("GET", "/v1/me", { token: accessToken })).status).toBe(200);
      }
    } finally {
      running = false;
      await Promise.all(load);
    }
    expect(new Set(tokens.map(kidOf)).size).toBe(ROLLS + 1);
    expect([...statuses.keys()].sort()).toEqual(["forged 401", "good 200"]);
    expect(statuses.get("good 200")).toBeGreaterThan(ROLLS);
    const { body } = await gateways[0]!.request<{ keys: { kid: string }[] }>("GET", "/.well-known/jwks.json");
    expect(new Set(body.keys.map(({ kid }) => kid))).toEqual(new Set(tokens.map(kidOf)));
  });
});
