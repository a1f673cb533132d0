import jwt from "jsonwebtoken";
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { encode, Forger, seconds } from "./forger.ts";
import { PASSWORD, System } from "./system.ts";

/** What is sent: a token, or other headers. */
type Sent = string | Record<string, string | string[]>;
type Forge = (forger: Forger) => Sent | Promise<Sent>;

const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
const foreign = generateKeyPairSync("ec", { namedCurve: "P-256" });
const rs256 = ({ kid, good }: Forger, header: object = {}) => {
  const text = `${encode({ alg: "RS256", kid, ...header })}.${encode(good)}`;
  return `${text}.${sign("sha256", Buffer.from(text), rsa.privateKey).toString("base64url")}`;
};
const bearer = (token: string) => `Bearer ${token}`;

const ALGORITHMS: [string, Forge][] = [
  ["alg none", ({ kid, good }) => `${encode({ alg: "none", kid })}.${encode(good)}.`],
  ["alg None with a signature", ({ kid, good }) => `${encode({ alg: "None", kid })}.${encode(good)}.AAAA`],
  ["alg nOnE", ({ kid, good }) => `${encode({ alg: "nOnE", kid })}.${encode(good)}.`],
  ["no alg", (f) => `${encode({ kid: f.kid })}.${f.parts()[1]}.${f.parts()[2]}`],
  ["HS256 with the public PEM", (f) => f.mac(f.pem)],
  ["HS256 with the public PEM after a space", (f) => f.mac(` ${f.pem}`)],
  ["HS256 with the public PEM after a line end", (f) => f.mac(`\n${f.pem}`)],
  ["HS256 with the public PEM without its first and last line", (f) => f.mac(f.pem.split("\n").slice(1, -2).join(""))],
  ["HS256 with the public JWK", (f) => f.mac(JSON.stringify(f.publicKey.export({ format: "jwk" })))],
  ["HS256 with the public DER", (f) => f.mac(f.publicKey.export({ type: "spki", format: "der" }))],
  ["HS384 with the public PEM", (f) => f.mac(f.pem, "HS384")],
  ["HS256 under alg ES256", (f) => f.mac(f.pem).replace(/^[^.]+/, encode({ alg: "ES256", kid: f.kid }))],
  ["alg ES384 over our signature", (f) => f.signed(f.good, { alg: "ES384" })],
  ["RS256 with a short key", (f) => rs256(f)],
  ["RS256 with its key as jwk", (f) => rs256(f, { jwk: rsa.publicKey.export({ format: "jwk" }) })],
  [
    "another key of the same kind under our kid",
    ({ good, kid }) => jwt.sign(good, foreign.privateKey, { algorithm: "ES256", keyid: kid }),
  ],
  [
    "another key with itself as jwk",
    ({ good, kid }) =>
      jwt.sign(good, foreign.privateKey, {
        algorithm: "ES256",
        header: { alg: "ES256", kid, jwk: foreign.publicKey.export({ format: "jwk" }) } as jwt.JwtHeader,
      }),
  ],
  ["jwk in the header", (f) => f.signed(f.good, { jwk: f.publicKey.export({ format: "jwk" }) })],
  ["jku in the header", (f) => f.signed(f.good, { jku: f.keyUrl })],
  ["x5u in the header", (f) => f.signed(f.good, { x5u: f.keyUrl })],
  ["x5c in the header", (f) => f.signed(f.good, { x5c: ["AAAA"] })],
  ["kid as a path", (f) => f.signed(f.good, { kid: "../../dev/null" })],
  ["kid as an address", (f) => f.signed(f.good, { kid: f.keyUrl })],
  ["kid as SQL", (f) => f.signed(f.good, { kid: "x' OR 1=1" })],
  ["kid as an object", (f) => f.signed(f.good, { kid: { toString: "x" } })],
  ["no kid", (f) => f.signed(f.good, { kid: undefined })],
  ["unknown crit", (f) => f.signed(f.good, { crit: ["x"], x: 1 })],
  ["b64 false", (f) => f.signed(f.good, { b64: false, crit: ["b64"] })],
  ["r = s = 0", (f) => `${f.parts().slice(0, 2).join(".")}.${Buffer.alloc(64).toString("base64url")}`],
  [
    "the signature as DER",
    (f) => {
      const text = f.parts().slice(0, 2).join(".");
      return `${text}.${sign("sha256", Buffer.from(text), f.key).toString("base64url")}`;
    },
  ],
  ["a truncated signature", (f) => f.signed().slice(0, -3)],
  ["no signature", (f) => `${f.parts().slice(0, 2).join(".")}.`],
  [
    "the signature of another token",
    (f) => `${f.parts().slice(0, 2).join(".")}.${f.claiming({ jti: "x" }).split(".")[2]}`,
  ],
  ["a changed payload", (f) => `${f.parts()[0]}.${encode({ ...f.good, sub: randomUUID() })}.${f.parts()[2]}`],
  ["two parts", () => "e30.e30"],
  ["five parts, as if encrypted", (f) => `${f.signed()}.AAAA.AAAA`],
  ["a payload that is no object", (f) => f.signed(Buffer.from("null").toString("base64url"))],
];

const CLAIMS: [string, Forge][] = [
  ["exp past by 1 s", (f) => f.claiming({ exp: seconds() - 1 })],
  ["exp past by 61 s", (f) => f.claiming({ exp: seconds() - 61 })],
  ["nbf in the future", (f) => f.claiming({ nbf: seconds() + 60 })],
  ["no exp", (f) => f.without("exp")],
  ["exp as a string", (f) => f.claiming({ exp: String(f.good.exp) })],
  ["exp as a float", (f) => f.claiming({ exp: f.good.exp! - 0.5 })],
  ["exp 1e99", (f) => f.claiming({ exp: 1e99 })],
  ["exp far away", (f) => f.claiming({ exp: seconds() + 3600 })],
  ["wrong iss", (f) => f.claiming({ iss: "kehu-gateway" })],
  ["no iss", (f) => f.without("iss")],
  ["wrong aud", (f) => f.claiming({ aud: "customer" })],
  ["aud as a list", (f) => f.claiming({ aud: ["kehu", "customer"] })],
  ["aud as a list of one", (f) => f.claiming({ aud: ["kehu"] })],
  ["no sub", (f) => f.without("sub")],
  ["an unknown sub", (f) => f.claiming({ sub: randomUUID() })],
  ["no jti", (f) => f.without("jti")],
  ["no sid", (f) => f.without("sid")],
  ["an unknown session", (f) => f.claiming({ sid: randomUUID() })],
  ["a session that is no id", (f) => f.claiming({ sid: "x' OR 1=1" })],
  ["another user's session", async (f) => f.claiming({ sid: f.claimsOf((await f.system.user()).accessToken).sid })],
  ["an API key as the session", async (f) => f.claiming({ sid: (await f.apiKey(f.system.token)).id })],
  ["a refresh token", async (f) => (await f.system.gateway.login()).refreshToken],
  [
    "the internal token of a service",
    async (f) => {
      await f.system.send("GET", "/v1/accounts");
      const { authorization } = f.system.customer.arrivals.at(-1)!.headers;
      expect(authorization).toMatch(/^Bearer ey/);
      return { authorization: authorization! };
    },
  ],
  [
    "a user who is suspended",
    async (f) => {
      const { id, accessToken } = await f.system.user();
      await f.system.send("POST", `/v1/users/${id}/suspend`);
      return accessToken;
    },
  ],
  [
    "a user who is deleted",
    async (f) => {
      const { id, accessToken } = await f.system.user();
      await f.system.send("DELETE", `/v1/users/${id}`);
      return accessToken;
    },
  ],
  [
    "a session that has ended",
    async (f) => {
      const { accessToken } = await f.system.user();
      await f.system.gateway.request("POST", "/v1/auth/logout", { token: accessToken });
      return accessToken;
    },
  ],
  [
    "a token from before a change of the password",
    async (f) => {
      const { email, accessToken } = await f.system.user();
      const { accessToken: token } = await f.system.gateway.login(email, PASSWORD);
      const body = { currentPassword: PASSWORD, newPassword: "Acht blaue Teller" };
      await f.system.gateway.request("POST", "/v1/me/password", { token, body });
      return accessToken;
    },
  ],
];

const changed = (text: string, at: number) => text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);

const API_KEYS: [string, Forge][] = [
  ["an API key with a wrong secret", async (f) => changed((await f.apiKey(f.system.token)).key, 25)],
  [
    "an API key with the prefix of another",
    async (f) => {
      const [one, other] = [await f.apiKey(f.system.token), await f.apiKey(f.system.token)];
      return one.key.slice(0, 17) + other.key.slice(17);
    },
  ],
  ["an API key cut short", async (f) => (await f.apiKey(f.system.token)).key.slice(0, -1)],
  ["an API key and more", async (f) => `${(await f.apiKey(f.system.token)).key}A`],
  ["an API key in capitals", async (f) => (await f.apiKey(f.system.token)).key.toUpperCase()],
  [
    "an API key with its prefix in capitals",
    async (f) => (await f.apiKey(f.system.token)).key.replace(/^kehu_[^_]+/, (start) => start.toUpperCase()),
  ],
  [
    "an API key whose last character decodes to the same bytes",
    async (f) => {
      const { key } = await f.apiKey(f.system.token);
      const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
      return key.slice(0, -1) + letters[letters.indexOf(key.at(-1)!) + 1]!;
    },
  ],
  ["an API key without a secret", async (f) => (await f.apiKey(f.system.token)).key.slice(0, 18)],
  [
    "an API key with the stored hash as its secret",
    async (f) => {
      const { id, key } = await f.apiKey(f.system.token);
      const { rows } = await f.system.database.admin.query<{ secret_hash: string }>(
        "SELECT secret_hash FROM identity.api_key WHERE id = $1",
        [id],
      );
      return key.slice(0, 18) + rows[0]!.secret_hash;
    },
  ],
  [
    "an API key that has expired",
    async (f) => {
      const { id, key } = await f.apiKey(f.system.token);
      await f.system.database.admin.query("UPDATE identity.api_key SET expires_at = now() WHERE id = $1", [id]);
      return key;
    },
  ],
  [
    "an API key that is revoked",
    async (f) => {
      const { id, key } = await f.apiKey(f.system.token);
      await f.system.send("DELETE", `/v1/api-keys/${id}`);
      return key;
    },
  ],
  [
    "an API key whose owner is suspended",
    async (f) => {
      const user = await f.system.user();
      const { key } = await f.apiKey(user.accessToken);
      await f.system.send("POST", `/v1/users/${user.id}/suspend`);
      return key;
    },
  ],
];

const HEADERS: [string, Forge][] = [
  ["two headers Authorization, the first good", (f) => ({ authorization: [bearer(f.signed()), bearer("x")] })],
  ["two headers Authorization, the second good", (f) => ({ authorization: [bearer("x"), bearer(f.signed())] })],
  ["two headers Authorization, the same twice", (f) => ({ authorization: [bearer(f.signed()), bearer(f.signed())] })],
  ["two tokens in one header", (f) => ({ authorization: `${bearer(f.signed())}, ${bearer(f.signed())}` })],
  ["a good token without a scheme", (f) => ({ authorization: f.signed() })],
  ["a good token under Basic", (f) => ({ authorization: `Basic ${f.signed()}` })],
  [
    "an API key as the user of Basic",
    async (f) => {
      const { key } = await f.apiKey(f.system.token);
      return { authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}` };
    },
  ],
  ["an API key in X-Api-Key", async (f) => ({ "x-api-key": (await f.apiKey(f.system.token)).key })],
  ["a good token in a cookie", (f) => ({ cookie: `access_token=${f.signed()}` })],
];

const FORGED = [
  ...ALGORITHMS.map(([name, forge]) => [`A16 ${name}`, forge] as const),
  ...CLAIMS.map(([name, forge]) => [`A17 ${name}`, forge] as const),
  ...[...API_KEYS, ...HEADERS].map(([name, forge]) => [`A17 ${name}`, forge] as const),
];

describe("forged tokens", () => {
  let system: System;
  let forger: Forger;
  /** What who sends nothing gets. */
  let refusal: Record<string, unknown>;

  beforeAll(async () => {
    system = await System.start();
    forger = await Forger.start(system);
    refusal = (await forger.ask("/v1/accounts", {})).body;
    expect(refusal).toMatchObject({ status: 401, code: "authentication.required" });
  });
  afterAll(async () => {
    forger.close();
    await system.close();
  });

  /** At a service behind the gateway, and at the gateway itself. */
  const answersTo = async (sent: Sent) => {
    const headers = typeof sent === "string" ? { authorization: bearer(sent) } : sent;
    return [await forger.ask("/v1/accounts", headers), await forger.ask("/v1/users", headers)];
  };

  it("are of 60 kinds, and more", () => {
    expect(new Set(FORGED.map(([name]) => name)).size).toBe(FORGED.length);
    expect(FORGED.length).toBeGreaterThanOrEqual(60);
  });

  it("would be good if they were not forged", async () => {
    for (const good of [forger.signed(), (await forger.apiKey(system.token)).key])
      expect((await answersTo(good)).map(({ status }) => status)).toEqual([200, 200]);
  });

  it.each(FORGED)("%s: 401, and the same text as for no token", async (_name, forge) => {
    const reached = () => system.customer.arrivals.length;
    const sent = await forge(forger);
    const before = reached();
    for (const { status, headers, body } of await answersTo(sent)) {
      expect({ status, body: { ...body, traceId: "" } }).toEqual({ status: 401, body: { ...refusal, traceId: "" } });
      expect(headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    }
    expect(reached()).toBe(before);
  });

  it("A16 nothing is fetched from an address in a token", () => {
    expect(forger.fetched).toBe(0);
  });
});
