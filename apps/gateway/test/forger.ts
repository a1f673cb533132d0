import jwt from "jsonwebtoken";
import { createPrivateKey, createPublicKey, createSecretKey, randomUUID, sign, type KeyObject } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, request, type IncomingHttpHeaders, type Server } from "node:http";
import { join } from "node:path";
import type { System } from "./system.ts";

export const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
export const seconds = () => Math.floor(Date.now() / 1000);

/** Makes tokens with all that an attacker could have, and with our own key besides. */
export class Forger {
  /** Claims of a good token of the administrator. */
  readonly good: jwt.JwtPayload;
  readonly kid: string;
  readonly key: KeyObject;
  /** How often somebody asked the address that stands in headers of tokens. */
  fetched = 0;
  private readonly keyServer: Server;

  private constructor(readonly system: System) {
    const decoded = jwt.decode(system.token, { complete: true })!;
    this.good = decoded.payload as jwt.JwtPayload;
    this.kid = decoded.header.kid!;
    const { keysDir } = system.gateway;
    this.key = createPrivateKey(readFileSync(join(keysDir, readdirSync(keysDir)[0]!)));
    this.keyServer = createServer((_request, response) => {
      this.fetched += 1;
      response.end("{}");
    });
  }

  static async start(system: System): Promise<Forger> {
    const forger = new Forger(system);
    await new Promise<void>((resolve) => forger.keyServer.listen(0, "127.0.0.1", resolve));
    return forger;
  }

  close(): void {
    this.keyServer.close();
  }

  get keyUrl(): string {
    return `http://127.0.0.1:${(this.keyServer.address() as { port: number }).port}/jwks.json`;
  }

  get publicKey(): KeyObject {
    return createPublicKey(this.key);
  }

  get pem(): string {
    return this.publicKey.export({ type: "spki", format: "pem" }).toString();
  }

  /** A token with our own key, whatever stands in it. */
  signed(payload: unknown = this.good, header: object = {}): string {
    const claims = typeof payload === "string" ? payload : encode(payload);
    const text = `${encode({ alg: "ES256", typ: "JWT", kid: this.kid, ...header })}.${claims}`;
    return `${text}.${sign("sha256", Buffer.from(text), { key: this.key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
  }

  /** The same as a good token but for some claims. */
  claiming(claims: object): string {
    return this.signed({ ...this.good, ...claims });
  }

  without(claim: string): string {
    return this.signed(Object.fromEntries(Object.entries(this.good).filter(([name]) => name !== claim)));
  }

  /** A good token's parts. */
  parts(): [string, string, string] {
    return this.signed().split(".") as [string, string, string];
  }

  /** A token that is signed with a secret. */
  mac(secret: string | Buffer, algorithm: "HS256" | "HS384" = "HS256"): string {
    const options = { algorithm, header: { alg: algorithm, kid: this.kid } };
    return jwt.sign(this.good, createSecretKey(Buffer.from(secret)), options);
  }

  /** Claims of a token that somebody got at a login. */
  claimsOf(token: string): { sub: string; sid: string } {
    return jwt.decode(token) as unknown as { sub: string; sid: string };
  }

  async apiKey(token: string, data: object = {}): Promise<{ id: string; key: string }> {
    const body = {
      name: randomUUID(),
      grants: { "customer.account.read": "own", "identity.user.read": "all" },
      ...data,
    };
    const answer = await this.system.gateway.request<{ id: string; key: string }>("POST", "/v1/api-keys", {
      token,
      body,
    });
    expect(answer.status).toBe(201);
    return answer.body;
  }

  /** A request with these headers as they are, each value of a list in a line of its own. */
  ask(path: string, headers: Record<string, string | string[]>) {
    return new Promise<{ status: number; headers: IncomingHttpHeaders; body: Record<string, unknown> }>(
      (resolve, reject) => {
        request(this.system.gateway.url + path, { headers })
          .on("error", reject)
          .on("response", (response) => {
            let text = "";
            response.on("data", (chunk: Buffer) => (text += chunk.toString()));
            response.on("end", () =>
              resolve({
                status: response.statusCode!,
                headers: response.headers,
                body: JSON.parse(text) as Record<string, unknown>,
              }),
            );
          })
          .end();
      },
    );
  }
}
