import {
  anAdministrator,
  anOwner,
  everything,
  startService,
  testDatabase,
  type TestCaller,
  type TestDatabase,
  type TestService,
} from "@kehu/testing";
import { randomUUID } from "node:crypto";

interface View {
  id: string;
  number: number;
}

describe("GET /v1/tickets and /v1/queues with q", () => {
  const admin = anAdministrator();
  let database: TestDatabase;
  let service: TestService;
  let number: number;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    database = await testDatabase("service_desk");
    service = await startService(
      { name: "service-desk", schema: "service_desk" },
      () => import("../src/app.module.ts"),
      database,
    );
    const make = async (key: string, resource: string, body: object) => {
      const answer = await service.request<View>(admin, "POST", `/v1/${resource}`, { body });
      ids[key] = answer.body.id;
      return answer.body;
    };
    ({ number } = await make("login", "tickets", { subject: "华星无法登录 Cannot log in" }));
    await make("log", "tickets", { subject: "Log" });
    await make("percent", "tickets", { subject: "50%_ off" });
    await make("queue", "queues", { name: "一线", description: "Ｆirst line for 华星" });
  });
  afterAll(async () => {
    await service.close();
    await database.close();
  });

  const found = async (resource: string, q: string, as: TestCaller = admin) => {
    const path = `/v1/${resource}?q=${encodeURIComponent(q)}`;
    const { body } = await service.request<{ data: View[] }>(as, "GET", path);
    return body.data.map(({ id }) => Object.keys(ids).find((key) => ids[key] === id));
  };

  it.each([
    ["tickets", "登录", ["login"]],
    ["tickets", "华", ["login"]],
    ["tickets", "log in 华星", ["login"]],
    ["tickets", "LOG", ["log", "login"]],
    ["tickets", "%", ["percent"]],
    ["tickets", "星登", []],
    ["queues", "一线", ["queue"]],
    ["queues", "first 华星", ["queue"]],
    ["queues", "星一", []],
  ])("%s by %s: %j", async (resource, q, expected) => {
    expect(await found(resource, q)).toEqual(expected);
  });

  it("finds a ticket by its number", async () => {
    expect(await found("tickets", String(number))).toEqual(["login"]);
    expect(await found("tickets", `${number} 登录`)).toEqual(["login"]);
  });

  it("A07 stays within the caller's scope", async () => {
    expect(await found("tickets", "log", anOwner())).toEqual([]);
  });

  it("A08 finds no ticket by what is hidden from the caller", async () => {
    const rules = { "service-desk.ticket": { subject: "hidden" } } as const;
    const someone: TestCaller = { id: randomUUID(), grants: everything("all"), fieldRules: rules };
    expect(await found("tickets", "登录", someone)).toEqual([]);
    expect(await found("tickets", String(number), someone)).toEqual(["login"]);
  });
});
