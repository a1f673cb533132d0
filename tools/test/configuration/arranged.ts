import pg from "pg";
import { Company } from "../company.ts";
import { Kehu } from "../faults/support/kehu.ts";
import { Person } from "../faults/support/person.ts";

export interface Difference {
  section: string;
  key: string;
  change: string;
  fields: string[];
  from: Record<string, unknown> | null;
  to: Record<string, unknown> | null;
  reason: { code: string; message: string } | null;
}

export interface Comparison {
  token: string;
  counts: Record<string, number>;
  differences: Difference[];
}

export interface Applied {
  done: boolean;
  counts: Record<string, number>;
  outcomes: { section: string; key: string; outcome: string; reason: { code: string } | null }[];
}

/** As a file has it. */
export interface File {
  settings: Record<string, unknown>;
  vocabularies: { name: string; label: object; choices: { value: string; label: object; retired?: boolean }[] }[];
  fields: {
    resource: string;
    name: string;
    type: string;
    label: object;
    choices?: { value: string; label: object; retired?: boolean }[];
    retired?: boolean;
  }[];
  pipelines: object[];
  queues: { name: string; description?: string | null }[];
  roles: { name: string; grants: Record<string, string>; fieldRules?: Record<string, object> }[];
  views: Record<string, unknown>[];
  leftOut: { section: string; key: string | null; reason: string }[];
}

export interface Problem {
  code: string;
  detail: string;
  errors?: { field: string; code: string }[];
  conflicts?: Difference[];
}

export const ID = "01980000-0000-7000-8000-00000000beef";
export const HEAD = { format: "kehu-configuration", version: 1 };
export const STAGES = [
  { name: "Open", category: "open", probability: 10 },
  { name: "Won", category: "won", probability: 100 },
  { name: "Lost", category: "lost", probability: 0 },
];
export const label = (en: string, zh: string) => ({ en, zh });

export const ADMINISTRATOR = "01980000-0000-7000-8000-000000000001";

/** An install with somebody who arranges it, in a team of its own. */
export class Arranged {
  private constructor(
    readonly kehu: Kehu,
    readonly admin: Person,
    readonly company: Company,
    readonly sql: pg.Pool,
  ) {}

  static async start(): Promise<Arranged> {
    const kehu = await Kehu.start();
    const first = await Person.signIn(kehu.url);
    const company = new Company(kehu.url, first);
    const team = await company.team("华东", await company.team("Sales"));
    const { person } = await company.user([ADMINISTRATOR], team);
    return new Arranged(kehu, person, company, new pg.Pool({ connectionString: kehu.install.superuserUrl(), max: 2 }));
  }

  async remove(): Promise<void> {
    await this.sql.end();
    await this.kehu.remove();
  }

  /** How many changes were entered in the history of all services, and told of. */
  async written(): Promise<unknown> {
    const schemas = ["identity", "customer", "sales", "service_desk", "marketing"];
    const counts = ["history", "outbox"].flatMap((table) =>
      schemas.map((schema) => `(SELECT count(*)::int FROM ${schema}.${table}) AS "${schema} ${table}"`),
    );
    return (await this.sql.query<Record<string, number>>(`SELECT ${counts.join(", ")}`)).rows[0];
  }

  async text(): Promise<string> {
    return (await this.admin.ask("GET", "/v1/configuration")).text;
  }

  compare(file: unknown, as = this.admin): Promise<Comparison> {
    return as.done<Comparison>("POST", "/v1/configuration/compare", file as object);
  }

  apply(configuration: unknown, token: string, more: object = {}, as = this.admin) {
    return as.ask<Applied & Problem>("POST", "/v1/configuration/apply", { configuration, token, ...more });
  }
}

/** Something of each section, with what is awkward of it. */
export async function arrange(admin: Person): Promise<void> {
  const retention = [{ concept: "sales.lead", condition: "untouched", months: 24 }];
  await admin.done("PATCH", "/v1/settings", { currency: "CNY", timeZone: "Asia/Shanghai", retention });
  await admin.done("POST", "/v1/vocabularies", {
    name: "industry",
    label: label("Industry", "行业"),
    choices: [
      { value: "software", label: label("Software", "软件") },
      { value: "trade", label: label("Trade", "贸易"), color: "#2f6fde", retired: true },
    ],
  });
  await admin.done("POST", "/v1/accounts/fields", {
    name: "sector",
    type: "choice",
    vocabulary: "industry",
    label: label("Sector", "行业"),
  });
  const choices = [
    { value: "south", label: label("South", "华南") },
    { value: "east", label: label("East", "华东"), color: "#2f6fde", retired: true },
  ];
  await admin.done("POST", "/v1/accounts/fields", {
    name: "region",
    type: "choice",
    label: label("Region", "区域"),
    choices,
  });
  await admin.done("POST", "/v1/accounts/fields", { name: "seats", type: "number", label: label("Seats", "席位") });
  await admin.done("POST", "/v1/tickets/fields", {
    name: "customerId",
    type: "reference",
    target: "account",
    label: label("Customer", "客户"),
  });
  const stages = [
    { name: "开始", category: "open", probability: 10 },
    { name: "Won", category: "won", probability: 100 },
    { name: "Lost", category: "lost", probability: 0 },
  ];
  const { id } = await admin.done<{ id: string }>("POST", "/v1/pipelines", { name: "Partners", stages });
  await admin.done("POST", `/v1/pipelines/${id}/make-default`);
  await admin.done("POST", "/v1/queues", { name: "一线", description: "First answers" });
  await admin.done("POST", "/v1/queues", { name: "Second line" });
  await admin.done("POST", "/v1/roles", {
    name: "组长",
    grants: { "sales.lead.read": "team", "customer.account.read": "own", "identity.team.read": "all" },
    fieldRules: { "customer.account": { "custom.seats": "hidden", "custom.region": "read-only" } },
  });
  // The rule of the role outlives its field.
  await admin.done("DELETE", "/v1/accounts/fields/seats");
  await admin.done("POST", "/v1/accounts/views", {
    name: "South, newest first",
    visibility: "everyone",
    where: { field: "custom.region", op: "eq", value: "south" },
    fields: ["name", "custom.region"],
    sort: ["-createdAt"],
  });
  await admin.done("POST", "/v1/leads/views", { name: "New", visibility: "team", q: "华星" });
  await admin.done("POST", "/v1/leads/views", { name: "Mine alone", visibility: "private", q: "secret" });
}

/** A difference in one line. */
export const inWords = ({ section, change, key, fields, reason }: Difference) =>
  [section, change, key, reason?.code ?? fields.join()].join(" | ");
