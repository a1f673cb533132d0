import fc from "fast-check";
import { Importing } from "./importing.ts";
import {
  Model,
  type Content,
  type Held,
  type MatchBy,
  type Mode,
  type Patch,
  type ResourceName,
  type Row,
} from "./deeds-model.ts";
import { content, matchBy, mode, patch, resource, row } from "./deeds-given.ts";

const SYSTEM = "erp";
/** What the model calls `title` and `note`. */
const FIELDS = { accounts: ["name", "industry"], contacts: ["lastName", "title"] } as const;

let importing: Importing;

interface View {
  id: string;
  version: number;
  code?: string;
}
const ask = (method: string, path: string, body?: object) => importing.ask<View>(method, path, body);

/** A record, or a part of one, as the API takes it. */
function bodyOf(resource: ResourceName, { title, note, tags, custom, names }: Patch): object {
  const [titleField, noteField] = FIELDS[resource];
  return {
    ...(title !== undefined && { [titleField]: title }),
    ...(note !== undefined && { [noteField]: note }),
    ...(tags && { tags }),
    ...(custom && { custom }),
    ...(names && { externalIds: names.map((id) => ({ system: SYSTEM, id })) }),
  };
}

/** Everything that there is, as the tables have it: records, names, values of the company's fields, versions told of. */
async function stored(): Promise<unknown> {
  const of = (resource: ResourceName) => {
    const [title, note] = FIELDS[resource].map((field) =>
      field.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`),
    );
    const table = resource.slice(0, -1);
    return `SELECT t.id, '${resource}' AS resource, version, deleted_at IS NOT NULL AS "isDeleted", ${title} AS title, ${note} AS note,
      tags, custom, ARRAY(SELECT name->>'id' FROM jsonb_array_elements(external_ids) WITH ORDINALITY AS n (name, place)
        ORDER BY place) AS names,
      ARRAY(SELECT external_id FROM customer.external_id e WHERE e.record_id = t.id AND e.type = '${table}' ORDER BY 1) AS found,
      (SELECT root_id FROM customer.deleted_with d WHERE d.record_id = t.id) AS "goneWith",
      (SELECT count(*)::int FROM customer.outbox o WHERE o.key = t.id::text) AS events,
      (SELECT jsonb_object_agg(field, coalesce(text_value, number_value::text)) FROM customer.custom_value v
        WHERE v.record_id = t.id) AS values FROM customer.${table} t`;
  };
  const { rows } = await importing.customer.database.admin.query(
    `${of("accounts")} UNION ALL ${of("contacts")} ORDER BY id`,
  );
  return rows;
}

/** The same as the model says it. */
function foretold(model: Model): unknown {
  const valuesOf = ({ resource, custom }: Held) => {
    const entries = Object.entries(custom).map(([field, value]) => [`${resource}.${field}`, String(value)]);
    return entries.length > 0 ? (Object.fromEntries(entries) as object) : null;
  };
  return model.records
    .map((record) => {
      const { under: _, goneWith, ...kept } = record;
      const [found, values] = [model.foundBy(record), valuesOf(record)];
      return { ...kept, goneWith: goneWith?.id ?? null, found, events: record.version, values };
    })
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** One deed, which model and service do alike. */
class Deed implements fc.AsyncCommand<Model, Importing> {
  constructor(
    private readonly text: string,
    private readonly work: (model: Model) => Promise<void>,
    private readonly isPossible: (model: Model) => boolean = () => true,
  ) {}

  check(model: Readonly<Model>): boolean {
    return this.isPossible(model as Model);
  }
  async run(model: Model): Promise<void> {
    await this.work(model);
    expect(await stored()).toEqual(foretold(model));
  }
  toString(): string {
    return this.text;
  }
}

const say = (...parts: unknown[]) =>
  parts.map((part) => (typeof part === "string" ? part : JSON.stringify(part))).join(" ");
const hasRecords = ({ records }: Model) => records.length > 0;

/** @param nth of the accounts that are there, under which a contact comes; none: it comes under no one */
function creation(resource: ResourceName, content: Content, nth: number): Deed {
  return new Deed(say("create", resource, content, nth), async (model) => {
    const accounts = model.records.filter((one) => one.resource === "accounts" && !one.isDeleted);
    const under = (resource === "contacts" && accounts[nth % accounts.length]) || null;
    const record = model.create(resource, content, under);
    const given = { ...bodyOf(resource, content), ...(under && { accountId: under.id }) };
    const { status, body } = await ask("POST", resource, given);
    expect([status, body.code]).toEqual(record ? [201, undefined] : [409, "external-id.taken"]);
    if (record) record.id = body.id;
  });
}

/** @param deed what model and service do with a record; the expectation comes first */
function deedOn(what: string, nth: number, deed: (model: Model, record: Held, path: string) => Promise<void>): Deed {
  return new Deed(
    say(what, nth),
    (model) => {
      const record = model.records[nth % model.records.length]!;
      return deed(model, record, `${record.resource}/${record.id}`);
    },
    hasRecords,
  );
}

const change = (nth: number, patch: Patch) =>
  deedOn(say("change", patch), nth, async (model, record, path) => {
    const expected = model.change(record, patch);
    const { status, body } = await ask("PATCH", path, bodyOf(record.resource, patch));
    expect(status).toBe(expected);
    if (status === 200) expect(body.version).toBe(record.version);
  });
const removal = (nth: number) =>
  deedOn("delete", nth, async (model, record, path) => {
    const expected = model.remove(record);
    const { service, admin } = importing.customer;
    expect((await service.request(admin, "DELETE", `/v1/${path}`)).status).toBe(expected);
  });
const removalWithContacts = (nth: number) =>
  deedOn("delete with contacts", nth, async (model, record, path) => {
    const { service, admin } = importing.customer;
    const isAccount = record.resource === "accounts";
    const expected = isAccount ? model.removeWithContacts(record) : 400;
    expect((await service.request(admin, "DELETE", `/v1/${path}?with=contacts`)).status).toBe(expected);
  });
const restoring = (nth: number) =>
  deedOn("restore", nth, async (model, record, path) => {
    const expected = model.restore(record);
    const { status, body } = await ask("POST", `${path}/restore`);
    if (expected === 409) expect([status, body.code]).toEqual([409, "external-id.taken"]);
    else expect([status, body.version]).toEqual([200, record.version]);
  });

function importOf(resource: ResourceName, mode: Mode, matchBy: MatchBy, rows: readonly Row[]): Deed {
  return new Deed(say("import", resource, mode, matchBy, rows), async (model) => {
    const [title, note] = FIELDS[resource];
    const mapping = { ERP: `externalIds.${SYSTEM}`, Title: title, Note: note, Score: "custom.score" };
    const lines = rows.map((row) => [row.name, row.title, row.note, row.score].map((cell) => cell ?? "").join(","));
    const file = ["ERP,Title,Note,Score", ...lines].join("\r\n");
    const [done, outcomes] = model.import(resource, mode, matchBy, rows);
    const by = matchBy === "title" ? title : matchBy;
    const { id, status } = await importing.run(resource, file, { mode, matchBy: by, mapping });
    done.id = id;
    expect(status).toBe("completed");
    const told = await importing.rows(resource, { id } as never);
    outcomes.forEach(({ record }, n) => {
      if (record && !record.id) record.id = told[n]!.recordId!;
    });
    expect(told.map(({ outcome, errors }) => [outcome, errors[0]?.code ?? null])).toEqual(
      outcomes.map(({ outcome, code }) => [outcome, code]),
    );
  });
}

const rollback = (nth: number) =>
  new Deed(
    say("roll back", nth),
    async (model) => {
      const done = model.imports[nth % model.imports.length]!;
      const path = `${done.resource}/imports/${done.id}/rollback`;
      if (done.isUndone) {
        expect(await ask("POST", path)).toMatchObject({ status: 409, body: { code: "import.not-ended" } });
        return;
      }
      const expected = model.rollBack(done);
      const undone = await importing.rollBack(done.resource, { id: done.id } as never);
      expect(undone).toMatchObject({ status: "rolled_back", ...expected });
    },
    ({ imports }) => imports.length > 0,
  );

const DEEDS = [
  fc.tuple(resource, content, fc.nat(20)).map((given) => creation(...given)),
  fc.tuple(fc.nat(20), patch).map((given) => change(...given)),
  fc.tuple(fc.nat(20), patch).map((given) => change(...given)),
  fc.nat(20).map(removal),
  fc.nat(20).map(removalWithContacts),
  fc.nat(20).map(restoring),
  fc.tuple(resource, mode, matchBy, fc.array(row, { minLength: 1, maxLength: 6 })).map((given) => importOf(...given)),
  fc.tuple(resource, mode, matchBy, fc.array(row, { minLength: 1, maxLength: 6 })).map((given) => importOf(...given)),
  fc.nat(20).map(rollback),
];

/**
 * Does random deeds, and foretells what becomes of them.
 *
 * @param numRuns how many sequences of up to 20 deeds
 * @param seed the same sequences again, as a failure names it
 */
export function deeds(numRuns: number, seed?: number): void {
  describe("creations, changes, deletions, restorations, imports and rollbacks in any order", () => {
    beforeAll(async () => {
      importing = await Importing.start();
      for (const resource of ["accounts", "contacts"])
        for (const [field, type] of [
          ["score", "number"],
          ["region", "text"],
        ] as const) {
          const label = { en: field, zh: field };
          expect((await ask("POST", `${resource}/fields`, { name: field, type, label })).status).toBe(201);
        }
    });
    afterAll(() => importing.customer.close());

    it("end in the state that a model foretells", async () => {
      await fc.assert(
        fc.asyncProperty(fc.commands(DEEDS, { maxCommands: 20, size: "max" }), async (commands) => {
          await importing.customer.database.admin.query(
            `TRUNCATE customer.account, customer.contact, customer.custom_value, customer.external_id,
             customer.deleted_with CASCADE`,
          );
          await fc.asyncModelRun(() => ({ model: new Model(), real: importing }), commands);
        }),
        { numRuns, ...(seed !== undefined && { seed }), interruptAfterTimeLimit: 60_000 },
      );
    }, 600_000);
  });
}
