import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import type { Operation } from "../routing/openapi.ts";
import { requestBody } from "./request-body.ts";

const operation = { method: "POST", upload: false } as Operation;

function aRequest(length: number): IncomingMessage & PassThrough {
  const headers = { "content-type": "application/json", "content-length": String(length) };
  return Object.assign(new PassThrough(), { headers }) as unknown as IncomingMessage & PassThrough;
}

describe("requestBody", () => {
  it("gathers a small body that comes in parts", async () => {
    const request = aRequest(4);
    const body = requestBody(request, operation);
    request.write("{ ");
    request.end(" }");
    expect((await body).content).toEqual(Buffer.from("{  }"));
  });

  it("leaves a large one a stream", async () => {
    const request = aRequest(100_000);
    expect((await requestBody(request, operation)).content).toBe(request);
  });

  it.each(["before", "while"])("answers 408 to a client that goes %s its body is gathered", async (when) => {
    const request = aRequest(4);
    request.on("error", () => undefined);
    if (when === "before") request.destroy(new Error("gone"));
    const body = requestBody(request, operation);
    if (when === "while") request.destroy(new Error("gone"));
    await expect(body).rejects.toMatchObject({ status: 408, code: "request.timeout" });
  });
});
