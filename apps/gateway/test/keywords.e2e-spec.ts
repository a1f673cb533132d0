import { System, type UserView } from "./system.ts";

describe("GET /v1/users, /v1/teams, /v1/roles and /v1/api-keys with q", () => {
  let system: System;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    system = await System.start();
    const users = [
      ["wei", { firstName: "伟", lastName: "王", email: "Wang.Wei@Huaxing.example" }],
      ["becki", { firstName: "Becki", lastName: "Tucker", email: "b@huaxing.example" }],
    ] as const;
    for (const [key, user] of users) ids[key] = (await system.invite(user)).id;
    const others = [
      ["east", "teams", { name: "华东销售 East" }],
      ["far", "teams", { name: "Far East" }],
      ["role", "roles", { name: "100% 华东", grants: {} }],
      ["key", "api-keys", { name: "华东 import", grants: {} }],
    ] as const;
    for (const [key, path, body] of others) ids[key] = (await system.send("POST", `/v1/${path}`, body)).body.id;
  });
  afterAll(() => system.close());

  const found = async (resource: string, q: string) => {
    const path = `/v1/${resource}?q=${encodeURIComponent(q)}`;
    const { body } = await system.send<{ data: UserView[] }>("GET", path);
    return body.data.map(({ id }) => Object.keys(ids).find((key) => ids[key] === id));
  };

  it.each([
    ["users", "王伟", ["wei"]],
    ["users", "伟 王", ["wei"]],
    ["users", "王", ["wei"]],
    ["users", "ｔｕｃｋｅｒ Becki", ["becki"]],
    ["users", "wang.wei@huaxing.EXAMPLE", ["wei"]],
    ["users", "huaxing.example", []],
    ["users", "wei@huaxing.example", []],
    ["teams", "华东", ["east"]],
    ["teams", "east", ["far", "east"]],
    ["teams", "EAST 华", ["east"]],
    ["roles", "%", ["role"]],
    ["roles", "华", ["role"]],
    ["roles", "_", []],
    ["api-keys", "华东", ["key"]],
    ["api-keys", "IMPORT", ["key"]],
  ])("%s by %s: %j", async (resource, q, expected) => {
    expect(await found(resource, q)).toEqual(expected);
  });

  it("finds an API key by the readable part of it", async () => {
    const { body } = await system.send<{ data: { id: string; prefix: string }[] }>("GET", "/v1/api-keys");
    expect(await found("api-keys", body.data[0]!.prefix)).toEqual(["key"]);
  });
});
