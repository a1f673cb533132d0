import { anOwner, everything, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer, type PageView } from "./customer.ts";

export const condition = (field: string, value: unknown, op = "eq") => ({ field, op, value });
export const any = (resource: string, where?: object, by?: string) => ({ any: { resource, where, by } });

export interface Refusal {
  code: string;
  detail: string;
  allowed?: string[];
}

/** Who may do everything, and from whom one field is hidden. */
export const clerk = (concept: string, field: string): TestCaller => ({
  id: randomUUID(),
  grants: everything("all"),
  fieldRules: { [concept]: { [field]: "hidden" } },
});

/** Accounts, contacts and a call that refer to each other, and are called by a word in tests. */
export class Related {
  /** Whose the account `steel` and the contact `wang` are. */
  readonly owner = anOwner();
  private readonly ids: Record<string, string> = {};

  private constructor(readonly customer: Customer) {}

  static async plant(): Promise<Related> {
    const related = new Related(await startCustomer());
    await related.fill();
    return related;
  }

  send<B>(method: string, path: string, body?: object, as = this.customer.admin) {
    return this.customer.service.request<B>(as, method, path, { body });
  }

  /** @returns the words of records */
  wordsOf(data: readonly { id: string }[]): (string | undefined)[] {
    return data.map(({ id }) => Object.keys(this.ids).find((key) => this.ids[key] === id)).sort();
  }

  /** @returns the words of what is found, and counted alike */
  async found(resource: string, where: object, as?: TestCaller) {
    const path = `/v1/${resource}/search`;
    const { status, body } = await this.send<PageView>("POST", path, { where, count: "exact" }, as);
    expect({ status, body }).toMatchObject({ status: 200 });
    expect(body.page.total).toBe(body.data.length);
    return this.wordsOf(body.data);
  }

  async refused(resource: string, where: object, as?: TestCaller): Promise<Refusal> {
    const { status, body } = await this.send<Refusal>("POST", `/v1/${resource}/search`, { where }, as);
    expect(status).toBe(400);
    return body;
  }

  private async fill(): Promise<void> {
    const { customer, ids, owner } = this;
    const make = async (key: string, resource: string, body: object, as?: TestCaller) => {
      ids[key] = (await customer.create(resource, body, as)).id;
    };
    for (const field of [
      { name: "region", type: "text" },
      { name: "partnerId", type: "reference", target: "account" },
    ]) {
      const body = { ...field, label: { en: field.name, zh: field.name } };
      expect((await this.send("POST", "/v1/accounts/fields", body)).status).toBe(201);
    }
    await make(
      "steel",
      "accounts",
      { name: "华星", industry: "steel", custom: { region: "华东" }, tags: ["key"] },
      owner,
    );
    await make("glass", "accounts", {
      name: "Glass",
      industry: "glass",
      parentId: ids["steel"],
      custom: { partnerId: ids["steel"] },
    });
    await make("plain", "accounts", { name: "Plain" });
    await make("gone", "accounts", { name: "Gone", industry: "steel" });
    const email = (value: string) => ({ contactPoints: [{ kind: "email", value }] });
    await make(
      "wang",
      "contacts",
      { lastName: "王", title: "CEO", accountId: ids["steel"], ...email("wang@steel.example") },
      owner,
    );
    await make("li", "contacts", { lastName: "李", title: "CFO", accountId: ids["glass"] });
    await make("chen", "contacts", { lastName: "陈", title: "CEO", accountId: ids["plain"] });
    await make("zhao", "contacts", { lastName: "赵", accountId: ids["gone"] });
    await make("nobody", "contacts", { lastName: "无" });
    const call = { kind: "call", occurredAt: "2026-03-01T09:00:00.000Z", subject: "Renewal" };
    await make("call", "interactions", { ...call, links: [{ type: "account", id: ids["glass"] }] });
    await this.send("DELETE", `/v1/accounts/${ids["gone"]}`);
  }
}
