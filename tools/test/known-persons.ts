import { readFileSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { eventually } from "@kehu/testing";
import pg from "pg";
import { Install } from "./install.ts";

const PASSWORD = "seven-quiet-herons";

/** What says how a person is reached: it stands nowhere in plain. */
export const ADDRESSES = {
  contact: ["quibberly@zandovia-one.example", "zandovia-one", "+16604850224", "6604850224", "4850224"],
  changed: ["harbinskow@zandovia-two.example", "+18052478982", "8052478982"],
  lead: ["tremblewick@zandovia-three.example", "+17329845010", "7329845010"],
  imported: ["porgandell@zandovia-four.example", "+8613800138000", "13800138000"],
  importedLead: ["mistlequar@zandovia-five.example", "+8613912345678", "13912345678"],
  other: ["wechat_yelverquist", "17 Marchpane Crescent", "form-77-of-quibberly"],
};
const IMPORTED_CONTACT = {
  lastName: "Porgandell",
  contactPoints: [
    { kind: "email", value: "porgandell@zandovia-four.example" },
    { kind: "phone", value: "+8613800138000" },
  ],
};

export type Json = Record<string, unknown> & { id: string; version: number };

interface Asked {
  body?: object | undefined;
  /** The Idempotency-Key. */
  key?: string | undefined;
  token?: string;
}

/** A Kehu of its own with persons in it, whose names and addresses stand nowhere else. */
export class KnownPersons {
  /** Ids of records by the names that they have here. */
  readonly ids: Record<string, string> = {};
  /** What they were created with. */
  readonly keys: Record<string, { path: string; body: object; key: string }> = {};
  private token = "";

  private constructor(
    private readonly install: Install,
    readonly database: pg.Pool,
  ) {}

  static async make(): Promise<KnownPersons> {
    const install = await Install.make({ KEHU_ADMIN_PASSWORD: PASSWORD });
    install.start();
    await install.untilReady();
    const secrets = readFileSync(join(install.dataDir, "secrets.json"), "utf8");
    const { postgres } = JSON.parse(secrets) as { postgres: string };
    const port = readFileSync(join(install.dataDir, "postgres", "postmaster.pid"), "utf8").split("\n")[3];
    const database = new pg.Pool({
      connectionString: `postgres://postgres:${postgres}@127.0.0.1:${port}/kehu`,
      max: 2,
    });
    const persons = new KnownPersons(install, database);
    const login = { email: "admin@kehu.local", password: PASSWORD };
    persons.token = (await persons.done<{ accessToken: string }>("POST", "/auth/login", login)).accessToken;
    await persons.makePersons();
    await persons.level();
    return persons;
  }

  async remove(): Promise<void> {
    await this.database.end();
    await this.install.remove();
  }

  /** @param token of whom it is, where it is not the administrator */
  ask(method: string, path: string, { body, key, token = this.token }: Asked = {}): Promise<Response> {
    return fetch(`http://localhost:${this.install.port}/v1${path}`, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && { "content-type": "application/json" }),
        ...(key !== undefined && { "idempotency-key": key }),
      },
      body: body && JSON.stringify(body),
    });
  }

  async send<B = Json>(method: string, path: string, body?: object, key?: string) {
    const reply = await this.ask(method, path, { body, key });
    const text = await reply.text();
    return { status: reply.status, body: (text === "" ? null : JSON.parse(text)) as B };
  }

  /** Process id of a service. */
  pidOf(service: string): number {
    return this.install.running().find(({ name }) => name === service)!.pid;
  }

  /** Sends what must succeed; a reference to a record of another service may not be known there yet. */
  async done<B = Json>(method: string, path: string, body?: object, key?: string): Promise<B> {
    let answer = await this.send<B>(method, path, body, key);
    await eventually(async () => {
      const waits = (answer.body as { code?: string } | null)?.code === "reference.not-yet-known";
      if (waits) answer = await this.send<B>(method, path, body, key);
      return !waits;
    });
    expect({ ok: answer.status < 300, answer }).toEqual({ ok: true, answer });
    return answer.body;
  }

  /** Creates with a key, so that the reply is stored. */
  private async create(name: string, path: string, body: object): Promise<Json> {
    const key = randomUUID();
    this.keys[name] = { path, body, key };
    const made = await this.done("POST", path, body, key);
    this.ids[name] = made.id;
    return made;
  }

  /** Waits until every service has heard of everything; one event may lead to another, so it is seen twice. */
  async level(): Promise<void> {
    let seen = 0;
    await eventually(async () => {
      const { body } = await this.send<{ level: boolean }>("GET", "/freshness");
      seen = body.level ? seen + 1 : 0;
      return seen > 1;
    }, 30_000);
  }

  /** Ids of the records of a list. */
  async found(path: string): Promise<string[]> {
    return (await this.send<{ data: Json[] }>("GET", path)).body.data.map(({ id }) => id);
  }

  private async makePersons(): Promise<void> {
    const contact = await this.create("contact", "/contacts", {
      firstName: "Quibberly",
      lastName: "Harbinskow",
      contactPoints: [
        { kind: "email", value: "Quibberly@Zandovia-One.example" },
        { kind: "phone", value: "(660) 485-0224" },
        { kind: "wechat", value: "wechat_yelverquist" },
        { kind: "address", value: "17 Marchpane Crescent" },
      ],
    });
    const points = [
      { kind: "email", value: "harbinskow@zandovia-two.example" },
      { kind: "phone", value: "805-247-8982" },
    ];
    await this.done("PATCH", `/contacts/${contact.id}`, { contactPoints: points }, randomUUID());
    await this.done("PATCH", `/contacts/${contact.id}`, { contactPoints: points }, randomUUID());
    this.ids["person"] = contact["personId"] as string;
    const lead = await this.create("lead", "/leads", {
      lastName: "Tremblewick",
      email: "tremblewick@zandovia-three.example",
      phone: "732-984-5010",
    });
    const { convertedContactId } = await this.done("POST", `/leads/${lead.id}/convert`, {}, randomUUID());
    this.ids["converted"] = convertedContactId as string;
    const upsert = (id: string, data: object) => ({
      op: "upsert",
      data: { externalIds: [{ system: "old", id }], ...data },
    });
    await this.done(
      "POST",
      "/contacts/bulk",
      { origin: "import", operations: [upsert("7", IMPORTED_CONTACT)] },
      randomUUID(),
    );
    const importedLead = { lastName: "Mistlequar", email: "mistlequar@zandovia-five.example", phone: "+8613912345678" };
    await this.done("POST", "/leads/bulk", { origin: "import", operations: [upsert("8", importedLead)] }, randomUUID());
    const campaign = await this.done("POST", "/campaigns", { name: "Spring" });
    await this.create("member", "/campaign-members", { campaignId: campaign.id, name: "Snoddlegrass" });
    await this.create("joined", "/campaign-members", { campaignId: campaign.id, contactId: contact.id });
    await this.create("consent", "/consents", {
      personId: contact["personId"],
      channel: "email",
      state: "granted",
      proof: "form-77-of-quibberly",
    });
    await this.create("ticket", "/tickets", { subject: "Login fails", contactId: contact.id });
    const account = await this.done("POST", "/accounts", { name: "Zandovia" });
    await this.create("opportunity", "/opportunities", {
      name: "CRM",
      accountId: account.id,
      contacts: [{ contactId: contact.id }],
    });
  }
}
