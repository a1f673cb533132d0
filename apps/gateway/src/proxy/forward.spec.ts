import { Unavailable } from "@kehu/contracts";
import Fastify, { type FastifyInstance } from "fastify";
import { Pool } from "undici";
import { forward } from "./forward.ts";

describe("forward", () => {
  let service: FastifyInstance;
  let gateway: FastifyInstance;
  let pool: Pool;

  beforeAll(async () => {
    service = Fastify({ forceCloseConnections: true });
    service.get("/never", () => new Promise(() => undefined));
    service.post("/never", () => new Promise(() => undefined));
    pool = new Pool(await service.listen());
    gateway = Fastify();
    gateway.setErrorHandler<Unavailable>(({ status, code, members }, _request, reply) =>
      reply.code(status).send({ code, outcome: members.outcome }),
    );
    gateway.all("/*", (request, reply) =>
      forward(request, reply, {
        pool,
        path: request.url,
        token: undefined,
        body: { content: null, deadlineMs: 50 },
        isSecure: true,
      }),
    );
  });

  afterAll(async () => {
    await pool.destroy();
    await gateway.close();
    await service.close();
  });

  it.each([
    ["GET", undefined],
    ["POST", "unknown"],
  ] as const)("answers 503 to a %s when no answer begins in time, with the outcome %s", async (method, outcome) => {
    const answer = await gateway.inject({ method, url: "/never" });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ code: "service.unavailable", outcome });
  });
});
