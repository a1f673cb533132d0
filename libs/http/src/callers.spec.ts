import { Callers } from "@kehu/records";
import { HttpAdapterHost } from "@nestjs/core";
import { countCallers } from "./callers.ts";
import { httpServer } from "./server.ts";

/** Whether imports give way to who asks for this. */
async function isCounted(url: string): Promise<boolean> {
  const host = new HttpAdapterHost();
  const server = httpServer();
  host.httpAdapter = server;
  const callers = new Callers();
  countCallers(host, callers);
  await server.getInstance().inject({ url });
  return callers.areThere;
}

describe("callers to whom imports give way", () => {
  it.each(["/v1/accounts", "/v1/accounts/1?fields=name", "/v1/imports-of-ours", "/v1/accounts/importers"])(
    "%s",
    async (url) => expect(await isCounted(url)).toBe(true),
  );

  it.each(["/v1/accounts/imports", "/v1/contacts/imports/1/progress", "/v1/freshness", "/health/ready", "/internal/x"])(
    "not %s",
    async (url) => expect(await isCounted(url)).toBe(false),
  );
});
