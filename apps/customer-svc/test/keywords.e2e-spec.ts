import { anOwner, everything, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer } from "./customer.ts";

const AT = "2026-03-01T09:00:00.000Z";

describe("GET /v1/interactions and /v1/tasks with q", () => {
  let customer: Customer;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    customer = await startCustomer();
    const make = async (key: string, resource: string, body: object) => {
      ids[key] = (await customer.create(resource, body)).id;
    };
    const call = { kind: "call", occurredAt: AT };
    await make("call", "interactions", { ...call, subject: "华星 Renewal", outcome: "100% agreed", body: "a secret" });
    await make("older", "interactions", { ...call, subject: "Renewal", occurredAt: "2026-02-01T09:00:00.000Z" });
    await make("newer", "interactions", { ...call, subject: "Renewal", purpose: "续约" });
    await make("task", "tasks", { subject: "给华星打电话 Ｃall back" });
  });
  afterAll(() => customer.close());

  const found = async (resource: string, q: string, as?: TestCaller) => {
    const { data } = await customer.list(`/v1/${resource}?q=${encodeURIComponent(q)}`, as);
    return data.map(({ id }) => Object.keys(ids).find((key) => ids[key] === id));
  };

  it.each([
    ["interactions", "华星", ["call"]],
    ["interactions", "续", ["newer"]],
    ["interactions", "agreed 华星", ["call"]],
    ["interactions", "%", ["call"]],
    ["interactions", "renewal", ["newer", "older", "call"]],
    ["tasks", "电话", ["task"]],
    ["tasks", "call 华", ["task"]],
    ["tasks", "_", []],
  ])("%s by %s: %j", async (resource, q, expected) => {
    expect(await found(resource, q)).toEqual(expected);
  });

  it("finds nothing by what is encrypted", async () => {
    expect(await found("interactions", "secret")).toEqual([]);
  });

  it("A07 stays within the caller's scope", async () => {
    expect(await found("interactions", "renewal", anOwner())).toEqual([]);
    expect(await found("tasks", "call", anOwner())).toEqual([]);
  });

  it("A08 finds nothing by what is hidden from the caller", async () => {
    const rules = { "customer.interaction": { outcome: "hidden" } } as const;
    const someone: TestCaller = { id: randomUUID(), grants: everything("all"), fieldRules: rules };
    expect(await found("interactions", "agreed", someone)).toEqual([]);
    expect(await found("interactions", "华星", someone)).toEqual(["call"]);
  });
});
