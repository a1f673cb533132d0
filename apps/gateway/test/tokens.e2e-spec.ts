import { newSecret } from "@kehu/testing";
import jwt from "jsonwebtoken";
import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  type KeyObject,
} from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { System } from "./system.ts";
import { startUpstream } from "./upstream.ts";

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("access tokens", () => {
  let system: System;
  let keyServer: Server;
  let fetched = 0;
  let keyUrl: string;
  let key: KeyObject;
  let kid: string;
  let good: jwt.JwtPayload;

  beforeAll(async () => {
    system = await System.start();
    const { gateway, token } = system;
    const decoded = jwt.decode(token, { complete: true })!;
    good = decoded.payload as jwt.JwtPayload;
    kid = decoded.header.kid!;
    const [file] = readdirSync(gateway.keysDir);
    key = createPrivateKey(readFileSync(join(gateway.keysDir, file!)));
    keyServer = createServer((_request, response) => {
      fetched += 1;
      response.end("{}");
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => keyServer.once("listening", resolve));
    keyUrl = `http://127.0.0.1:${(keyServer.address() as { port: number }).port}/jwks.json`;
  });

  afterAll(async () => {
    keyServer.close();
    await system.close();
  });

  /** A token with our own key, whatever stands in it. */
  const signed = (payload: unknown, header: object = {}) => {
    const text = `${encode({ alg: "ES256", typ: "JWT", kid, ...header })}.${typeof payload === "string" ? payload : encode(payload)}`;
    return `${text}.${sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  };
  const mac = (secret: string | Buffer, header: object = {}) => {
    const options = { algorithm: "HS256", header: { alg: "HS256", kid, ...header } } as const;
    return jwt.sign(good, createSecretKey(Buffer.from(secret)), options);
  };
  const publicPem = () => createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
  const now = () => Math.floor(Date.now() / 1000);
  const withoutClaim = (name: string) => Object.fromEntries(Object.entries(good).filter(([claim]) => claim !== name));

  const statusesOf = async (token: string) => {
    const answers = [
      await system.gateway.request("GET", "/v1/me", { token }),
      await system.gateway.request("GET", "/v1/accounts", { token }),
    ];
    return answers.map(({ status, body }) => [status, body.code]);
  };
  const REFUSED = [
    [401, "authentication.required"],
    [401, "authentication.required"],
  ];

  it("are good as we sign them, at the gateway and at the services behind it", async () => {
    expect(await statusesOf(signed(good))).toEqual([
      [200, undefined],
      [200, undefined],
    ]);
  });

  const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const foreign = generateKeyPairSync("ec", { namedCurve: "P-256" });
  it.each<[string, () => string]>([
    ["alg none", () => `${encode({ alg: "none", kid })}.${encode(good)}.`],
    ["alg None with a signature", () => `${encode({ alg: "None", kid })}.${encode(good)}.AAAA`],
    ["HS256 with the public PEM", () => mac(publicPem())],
    ["HS256 with the public PEM after a space", () => mac(` ${publicPem()}`)],
    ["HS256 with the public PEM after a line end", () => mac(`\n${publicPem()}`)],
    ["HS256 with the public JWK", () => mac(JSON.stringify(createPublicKey(key).export({ format: "jwk" })))],
    ["HS256 with the public DER", () => mac(createPublicKey(key).export({ type: "spki", format: "der" }))],
    ["HS256 under alg ES256", () => mac(publicPem()).replace(/^[^.]+/, encode({ alg: "ES256", kid }))],
    [
      "RS256 with a short key",
      () => {
        const text = `${encode({ alg: "RS256", kid })}.${encode(good)}`;
        return `${text}.${sign("sha256", Buffer.from(text), rsa.privateKey).toString("base64url")}`;
      },
    ],
    ["another key of the same kind", () => jwt.sign(good, foreign.privateKey, { algorithm: "ES256", keyid: kid })],
    ["jwk in the header", () => signed(good, { jwk: createPublicKey(key).export({ format: "jwk" }) })],
    ["jku in the header", () => signed(good, { jku: keyUrl })],
    ["x5u in the header", () => signed(good, { x5u: keyUrl })],
    ["kid as a path", () => signed(good, { kid: "../../dev/null" })],
    ["kid as SQL", () => signed(good, { kid: "x' OR 1=1" })],
    ["kid as an object", () => signed(good, { kid: { toString: "x" } })],
    ["unknown crit", () => signed(good, { crit: ["x"], x: 1 })],
    ["b64 false", () => signed(good, { b64: false, crit: ["b64"] })],
    ["r = s = 0", () => `${signed(good).split(".").slice(0, 2).join(".")}.${Buffer.alloc(64).toString("base64url")}`],
    ["no signature", () => `${signed(good).split(".").slice(0, 2).join(".")}.`],
    [
      "a changed payload",
      () => {
        const [header, , signature] = signed(good).split(".");
        return `${header}.${encode({ ...good, sub: randomUUID() })}.${signature}`;
      },
    ],
    ["two parts", () => "e30.e30"],
    ["a payload that is no object", () => signed(Buffer.from("null").toString("base64url"))],
  ])("A16 %s", async (_name, token) => {
    expect(await statusesOf(token())).toEqual(REFUSED);
  });

  it("A16 nothing is fetched from an address in a token", () => {
    expect(fetched).toBe(0);
  });

  it.each<[string, () => unknown]>([
    ["exp past by 1 s", () => ({ ...good, exp: now() - 1 })],
    ["exp past by 61 s", () => ({ ...good, exp: now() - 61 })],
    ["nbf in the future", () => ({ ...good, nbf: now() + 60 })],
    ["no exp", () => withoutClaim("exp")],
    ["exp as a string", () => ({ ...good, exp: String(good.exp) })],
    ["exp as a float", () => ({ ...good, exp: good.exp! + 0.5 })],
    ["exp 1e99", () => ({ ...good, exp: 1e99 })],
    ["exp far away", () => ({ ...good, exp: now() + 3600 })],
    ["wrong iss", () => ({ ...good, iss: "kehu-gateway" })],
    ["wrong aud", () => ({ ...good, aud: "customer" })],
    ["aud as a list", () => ({ ...good, aud: ["kehu", "customer"] })],
    ["no sub", () => withoutClaim("sub")],
    ["no jti", () => withoutClaim("jti")],
    ["no sid", () => withoutClaim("sid")],
    ["an unknown session", () => ({ ...good, sid: randomUUID() })],
    ["a session that is no id", () => ({ ...good, sid: "x' OR 1=1" })],
    ["another user's session", () => ({ ...good, sub: randomUUID() })],
  ])("A17 %s", async (_name, payload) => {
    expect(await statusesOf(signed(payload()))).toEqual(REFUSED);
  });

  it("A17 a refresh token, and the internal token of a service, used as access tokens", async () => {
    const { refreshToken, accessToken } = await system.gateway.login();
    expect(await statusesOf(refreshToken)).toEqual(REFUSED);
    await system.gateway.request("GET", "/v1/accounts", { token: accessToken });
    const internal = system.customer.arrivals.at(-1)!.headers.authorization as string;
    expect(internal).toMatch(/^Bearer ey/);
    expect(await statusesOf(internal.slice(7))).toEqual(REFUSED);
  });

  it("A17 a token that was good until it expired", async () => {
    const token = signed({ ...good, exp: now() + 2 });
    expect((await statusesOf(token))[0]).toEqual([200, undefined]);
    await new Promise((resolve) => setTimeout(resolve, 2_100)); // the clock of the token, which nothing else moves
    expect(await statusesOf(token)).toEqual(REFUSED);
  });

  it("A13 a service refuses what the gateway would not send, and what was sent to another service", async () => {
    const ask = async (headers: Record<string, string>) =>
      (await fetch(`http://127.0.0.1:${system.customer.port}/v1/accounts`, { headers })).status;
    const { accessToken } = await system.gateway.login();
    await system.gateway.request("GET", "/v1/accounts", { token: accessToken });
    const authorization = system.customer.arrivals.at(-1)!.headers.authorization as string;
    const other = await startUpstream("sales", newSecret());
    const atOther = await fetch(`http://127.0.0.1:${other.port}/v1/accounts`, { headers: { authorization } });
    await other.close();
    expect(atOther.status).toBe(401);
    expect(await ask({ authorization })).toBe(200);
    expect(await ask({ authorization: `Bearer ${accessToken}` })).toBe(401);
    expect(await ask({ "x-user-id": "admin", "x-scope": "all" })).toBe(401);
    expect(await ask({})).toBe(401);
  });

  it("answers 401 with one text for every cause, and says how to sign in", async () => {
    const answers = [
      await system.gateway.request("GET", "/v1/accounts"),
      await system.gateway.request("GET", "/v1/accounts", { token: "x" }),
    ];
    for (const { headers, body } of answers) {
      expect(headers.get("www-authenticate")).toBe("Bearer");
      expect(headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
      expect({ ...body, traceId: "" }).toEqual({ ...answers[0]!.body, traceId: "" });
    }
  });

  it("GET /.well-known/jwks.json shows the public keys and nothing else", async () => {
    const { body } = await system.gateway.request<{ keys: object[] }>("GET", "/.well-known/jwks.json");
    expect(body.keys).toEqual([
      {
        kty: "EC",
        crv: "P-256",
        alg: "ES256",
        use: "sig",
        kid,
        x: expect.any(String) as string,
        y: expect.any(String) as string,
      },
    ]);
  });
});
