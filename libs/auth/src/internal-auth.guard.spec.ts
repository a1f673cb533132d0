import { createSecretKey } from "node:crypto";
import { Catch, Controller, Get, Module, Post, type ArgumentsHost, type ExceptionFilter } from "@nestjs/common";
import { APP_FILTER, NestFactory } from "@nestjs/core";
import { FastifyAdapter, type NestFastifyApplication } from "@nestjs/platform-fastify";
import { Problem } from "@kehu/contracts";
import jwt from "jsonwebtoken";
import { OwnAccess, Public, RequirePermission, Who } from "./decorators.ts";
import { internalAuth } from "./internal-auth.guard.ts";
import { signInternalToken, type InternalClaims } from "./internal-token.ts";
import type { RequestContext } from "./request-context.ts";

const SECRET = "a secret of the test, longer than 32 characters";
const KEY = createSecretKey(Buffer.from(SECRET));
const USER: InternalClaims = {
  actorType: "user",
  actorId: "0199c1a0-0000-7000-8000-00000000000a",
  sessionId: "0199c1a0-0000-7000-8000-0000000000b0",
  grants: { "customer.account.read": "own" },
  fieldRules: {},
  place: null,
  timeZone: null,
};

@Controller("probe")
@RequirePermission("customer.account.read")
class ProbeController {
  @Get()
  read(@Who() who: RequestContext) {
    return who;
  }

  @Post()
  @RequirePermission("customer.account.write")
  write() {
    return "never";
  }

  @Post("own")
  @OwnAccess()
  own(@Who() who: RequestContext) {
    return who;
  }

  @Get("open")
  @Public()
  open() {
    return { open: true };
  }
}

@Controller("undeclared")
class UndeclaredController {
  @Get()
  read() {
    return "never";
  }
}

@Catch(Problem)
class ProblemFilter implements ExceptionFilter {
  catch(problem: Problem, host: ArgumentsHost) {
    const reply = host.switchToHttp().getResponse<{ status(status: number): { send(body: unknown): void } }>();
    reply.status(problem.status).send({ code: problem.code });
  }
}

@Module({
  controllers: [ProbeController, UndeclaredController],
  providers: [...internalAuth("customer", SECRET), { provide: APP_FILTER, useClass: ProblemFilter }],
})
class ProbeModule {}

describe("internalAuth", () => {
  let app: NestFastifyApplication;
  beforeAll(async () => {
    app = await NestFactory.create<NestFastifyApplication>(ProbeModule, new FastifyAdapter(), { logger: false });
    await app.init();
  });
  afterAll(() => app.close());

  const call = async (method: "GET" | "POST", url: string, token?: string, headers: Record<string, string> = {}) => {
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const reply = await app.inject({ method, url, headers: { ...authorization, ...headers } });
    return { status: reply.statusCode, body: reply.json<Record<string, unknown>>() };
  };

  it("builds the context of the caller, again from the cache", async () => {
    const token = signInternalToken(USER, "customer", KEY);
    for (let i = 0; i < 2; i++) {
      const { status, body } = await call("GET", "/probe", token, {
        "accept-language": "en;q=0.5, zh",
        "if-match": '"7"',
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        ...USER,
        permission: "customer.account.read",
        ifMatch: 7,
        language: "zh-CN",
        idempotency: null,
      });
    }
  });

  it("answers 403 without the declared permission, and for a handler that declares none", async () => {
    const token = signInternalToken(USER, "customer", KEY);
    expect(await call("POST", "/probe", token)).toMatchObject({ status: 403, body: { code: "permission.denied" } });
    expect(await call("GET", "/undeclared", token)).toMatchObject({
      status: 403,
      body: { code: "permission.undeclared" },
    });
  });

  it("lets anybody use what is public, and any user what is his own", async () => {
    expect((await call("GET", "/probe/open")).status).toBe(200);
    const token = signInternalToken({ ...USER, grants: {} }, "customer", KEY);
    const { body } = await call("POST", "/probe/own?x=1", token, { "idempotency-key": "k-1" });
    expect(body.idempotency).toMatchObject({ key: "k-1", route: "POST /probe/own" });
  });

  it.each([["k".repeat(256)], [""], ["zwei Worte"], ["schlüssel"]])(
    "A38 refuses the idempotency key %j",
    async (key) => {
      const token = signInternalToken(USER, "customer", KEY);
      expect((await call("POST", "/probe/own", token, { "idempotency-key": key })).body.code).toBe(
        "idempotency-key.malformed",
      );
    },
  );

  const payload = { act: "user", sid: null, grants: USER.grants, place: null };
  const options = { issuer: "kehu-gateway", audience: "customer", subject: USER.actorId, expiresIn: 60 } as const;

  it("takes a token with these claims, so that what is wrong with the others is what their names say", async () => {
    expect(await call("GET", "/probe", jwt.sign(payload, KEY, options))).toMatchObject({ status: 200 });
  });

  it.each<[string, () => string | undefined]>([
    ["no token", () => undefined],
    ["a token for another service", () => signInternalToken(USER, "sales", KEY)],
    [
      "a token by another secret",
      () => signInternalToken(USER, "customer", createSecretKey(Buffer.from("x".repeat(40)))),
    ],
    ["a token of another issuer", () => jwt.sign(payload, KEY, { ...options, issuer: "kehu" })],
    ["HS512", () => jwt.sign(payload, KEY, { ...options, algorithm: "HS512" })],
    ["alg none", () => jwt.sign(payload, "", { ...options, algorithm: "none" })],
    ["a token that lives too long", () => jwt.sign(payload, KEY, { ...options, expiresIn: 61 })],
    ["an expired token", () => jwt.sign(payload, KEY, { ...options, expiresIn: -1 })],
    [
      "a token without exp",
      () => jwt.sign(payload, KEY, { issuer: "kehu-gateway", audience: "customer", subject: "x" }),
    ],
    ["a token that claims to be the system", () => jwt.sign({ ...payload, act: "system" }, KEY, options)],
    ["an unknown scope", () => jwt.sign({ ...payload, grants: { "customer.account.read": "any" } }, KEY, options)],
  ])("A13 answers 401 to %s", async (_name, token) => {
    expect(await call("GET", "/probe", token())).toEqual({ status: 401, body: { code: "authentication.required" } });
  });
});
