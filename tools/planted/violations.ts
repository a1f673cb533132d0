/** One broken rule of the house: a file that the check named in `by` must complain of, under the name `rule`. */
export interface Violation {
  rule: string;
  by: "boundaries" | "lint";
  path: string;
  source: string;
  /** Further innocent files that it needs. */
  beside?: Readonly<Record<string, string>>;
}

const boundary = (rule: string, path: string, source: string, beside?: Violation["beside"]): Violation => ({
  rule,
  by: "boundaries",
  path,
  source,
  beside,
});
const lint = (rule: string, path: string, source: string): Violation => ({ rule, by: "lint", path, source });

const SALES = "apps/sales-svc/src";

export const VIOLATIONS: Violation[] = [
  boundary("apps-stand-alone", `${SALES}/deals/spy.service.ts`, `import "../../../customer-svc/src/innocent.ts";\n`),
  boundary("nx-tags", "libs/messaging/src/upwards.ts", `import "../../../apps/customer-svc/src/innocent.ts";\n`),
  boundary("nx-tags", "apps/customer-svc/src/foreign-scope.ts", `import "../../../libs/pricing/src/index.ts";\n`, {
    "libs/pricing/package.json": `{ "name": "@kehu/pricing", "nx": { "tags": ["type:lib", "scope:sales"] } }\n`,
    "libs/pricing/src/index.ts": "export const price = 1;\n",
  }),
  boundary("libs-below-apps", "libs/database/src/with-tool.ts", `import "../../../tools/innocent.ts";\n`),
  boundary("slices-meet-at-services", `${SALES}/deals/deals.queries.ts`, `import "../leads/lead.entity.ts";\n`, {
    [`${SALES}/leads/lead.entity.ts`]: "export class Lead {}\n",
  }),
  boundary("rules-stand-alone", `${SALES}/deals/deal.entity.ts`, `import "./deals.service.ts";\n`, {
    [`${SALES}/deals/deals.service.ts`]: "export class DealsService {}\n",
  }),
  boundary("rules-stand-alone", `${SALES}/deals/deal-status.ts`, `import "./deals.module.ts";\n`, {
    [`${SALES}/deals/deals.module.ts`]: "export class DealsModule {}\n",
  }),
  boundary("no-cycles", `${SALES}/rings/first.ts`, `import "./second.ts";\nexport const first = 1;\n`, {
    [`${SALES}/rings/second.ts`]: `import "./first.ts";\n`,
  }),
  boundary("no-unresolved", `${SALES}/deals/lost.ts`, `import "./nowhere.ts";\n`),
  boundary(
    "kafkajs-in-messaging",
    `${SALES}/deals/kafka.service.ts`,
    `import { Kafka } from "kafkajs";\nvoid Kafka;\n`,
  ),
  boundary("pg-in-database", `${SALES}/deals/sql.queries.ts`, `import pg from "pg";\nvoid pg;\n`),
  boundary("contracts-stand-alone", "libs/contracts/src/impure.ts", `import { v7 } from "uuid";\nvoid v7;\n`),
  boundary("no-dev-dependencies", `${SALES}/deals/dev.ts`, `import fc from "fast-check";\nvoid fc;\n`),
  lint(
    "@typescript-eslint/no-explicit-any",
    `${SALES}/lint/any.ts`,
    "export const anything = (value: any): any => value;\n",
  ),
  lint(
    "@typescript-eslint/no-floating-promises",
    `${SALES}/lint/floating.ts`,
    "export function start(work: () => Promise<void>): void {\n  work();\n}\n",
  ),
  lint("no-restricted-syntax", `${SALES}/lint/environment.ts`, `export const home = process.env["HOME"];\n`),
  lint("no-restricted-imports", `${SALES}/lint/environment-import.ts`, `export { env } from "node:process";\n`),
  lint("no-restricted-syntax", `${SALES}/lint/eager.ts`, "export const relation = { eager: true };\n"),
  lint("no-restricted-syntax", `${SALES}/lint/other-connection.ts`, otherConnection("transaction", "dataSource")),
  lint("no-restricted-syntax", `${SALES}/lint/other-repository.ts`, otherConnection("change", "dealRepository")),
  lint(
    "no-restricted-syntax",
    `${SALES}/lint/save.ts`,
    "export const keep = (repository: { save(row: object): object }, row: object) => repository.save(row);\n",
  ),
  lint("no-console", `${SALES}/lint/console.ts`, `console.log("here");\n`),
  lint("max-lines", `${SALES}/lint/long.ts`, "export {};\n".repeat(251)),
  lint(
    "eslint-disable",
    `${SALES}/lint/disabled.ts`,
    "// eslint-disable-next-line no-console\nexport const silenced = 1;\n",
  ),
];

/** A method that reaches for another connection inside a transaction. */
function otherConnection(opens: string, property: string): string {
  return `interface Connection {
  query(sql: string): Promise<void>;
  ${opens}(work: (tx: Connection) => Promise<void>): Promise<void>;
}
export class Deals {
  constructor(
    readonly records: Connection,
    readonly ${property}: Connection,
  ) {}
  run() {
    return this.records.${opens}((tx) => tx.query("SELECT 1").then(() => this.${property}.query("SELECT 2")));
  }
}
`;
}

/** Files without a fault: no check may name one of them. */
export const INNOCENT: Readonly<Record<string, string>> = {
  "apps/customer-svc/src/innocent.ts": "export const innocent = 1;\n",
  "apps/sales-svc/src/config.ts": `export const home = process.env["HOME"];\n`,
  "apps/sales-svc/src/deals/deals.consumer.ts": `import { CONTRACT } from "@kehu/contracts";\nimport "./deals.service.ts";\nimport "../leads/leads.service.ts";\nexport const consumed = CONTRACT;\n`,
  "apps/sales-svc/src/leads/leads.service.ts": `import { transport } from "@kehu/messaging";\nexport const used = transport;\n`,
  "libs/contracts/src/index.ts": `import { Type } from "typebox";\nexport const CONTRACT = Type.String();\n`,
  "libs/database/src/index.ts": `import pg from "pg";\nexport const pool = pg.Pool;\n`,
  "libs/messaging/src/index.ts": `import { Kafka } from "kafkajs";\nexport const transport = Kafka;\n`,
  "libs/records/src/index.ts":
    "export const keep = (repository: { save(row: object): object }, row: object) => repository.save(row);\n",
  "tools/innocent.ts": "export const tool = 1;\n",
};
