import { anOwner, eventually, publish, type TestCaller } from "@kehu/testing";
import { readFile } from "node:fs/promises";
import type { View } from "./customer.ts";
import { counts, Importing, type RowView } from "./importing.ts";

const lines = (...rows: string[]) => rows.map((row) => `${row}\r\n`).join("");

let importing: Importing;

beforeAll(async () => {
  importing = await Importing.start();
});
afterAll(() => importing.customer.close());

const sql = async <R extends object>(text: string, ...values: unknown[]) =>
  (await importing.customer.database.admin.query<R>(text, values)).rows;
const grown = async () => {
  const [row] = await sql<Record<string, number>>(
    `SELECT (SELECT count(*) FROM customer.history)::int AS history, (SELECT count(*) FROM customer.outbox)::int AS outbox`,
  );
  return row!;
};

describe("POST /v1/accounts/imports/:id/rollback", () => {
  const mapping = { Name: "name", Industry: "industry", Site: "website", ERP: "externalIds.erp" };
  const text = lines(
    "ERP,Name,Industry,Site",
    "r1,Old one,new,https://new.example",
    "r2,Fresh,steel,",
    "r3,Touched,glass,",
  );

  it("brings back what was: new records go, changed ones get their values, names are free again", async () => {
    const old = await importing.customer.create("accounts", {
      name: "Old one",
      industry: "old",
      tags: ["t"],
      externalIds: [{ system: "erp", id: "r1" }],
    });
    const done = await importing.run("accounts", text, { mode: "upsert", mapping });
    expect(counts(done)).toEqual([3, 2, 1, 0, 0]);
    const before = await grown();
    const undone = await importing.rollBack("accounts", done);
    expect(undone).toMatchObject({ status: "rolled_back", rolledBack: 3, kept: 0 });
    const [{ version, ...now }] = (await importing.list("accounts?sort=name")) as [View];
    expect({ ...now, version: 1, updatedAt: null }).toEqual({ ...old, updatedAt: null });
    expect(version).toBe(3);
    expect(await sql("SELECT external_id FROM customer.external_id WHERE type = 'account'")).toEqual([
      { external_id: "r1" },
    ]);
    const after = await grown();
    expect(after["history"]).toBeGreaterThan(before["history"]!);
    expect(after["outbox"]).toBe(before["outbox"]! + 3);
    expect(await sql("SELECT field FROM customer.custom_value")).toEqual([]);
    const again = await importing.run("accounts", text, { mode: "upsert", mapping });
    expect(counts(again)).toEqual([3, 2, 1, 0, 0]);
    await importing.rollBack("accounts", again);
    expect((await importing.ask("POST", `accounts/imports/${again.id}/rollback`)).body.code).toBe("import.not-ended");
  });

  it("leaves what somebody has changed since, and takes back the rest of the same record", async () => {
    const done = await importing.run("accounts", text, { mode: "upsert", mapping });
    const [fresh, old, touched] = await importing.list("accounts?sort=name");
    await importing.ask("PATCH", `accounts/${touched!.id}`, { website: "https://mine.example" });
    await importing.ask("PATCH", `accounts/${old!.id}`, { industry: "mine" });
    await importing.ask("DELETE", `accounts/${fresh!.id}`);
    const undone = await importing.rollBack("accounts", done);
    expect(undone).toMatchObject({ status: "rolled_back", rolledBack: 1, kept: 2 });
    expect(await importing.list("accounts?sort=name&fields=name,industry,website")).toMatchObject([
      { name: "Old one", industry: "mine", website: null },
      { name: "Touched", industry: "glass", website: "https://mine.example" },
    ]);
    expect(await importing.rows("accounts", done, "&rollback=kept")).toMatchObject([
      { line: 2, outcome: "updated", recordId: old!.id, kept: { code: "import.changed-since", fields: ["industry"] } },
      {
        line: 4,
        outcome: "created",
        recordId: touched!.id,
        kept: { code: "import.changed-since", fields: ["website"] },
      },
    ]);
    expect(await importing.rows("accounts", done, "&rollback=kept&outcome=created")).toHaveLength(1);
    expect(await importing.rows("accounts", done)).toMatchObject([{}, { line: 3, kept: null }, {}]);
    const unknown = await importing.ask("GET", `accounts/imports/${done.id}/rows?rollback=undone`);
    expect(unknown).toMatchObject({ status: 400, body: { code: "query.invalid", allowed: ["kept"] } });
  });

  it("puts nobody back where it would stand below itself", async () => {
    const make = (id: string) =>
      importing.customer.create("accounts", { name: id, externalIds: [{ system: "tree", id }] });
    const [a, b, c, d] = [await make("ta"), await make("tb"), await make("tc"), await make("td")];
    await importing.ask("PATCH", `accounts/${a.id}`, { parentId: b.id });
    await importing.ask("PATCH", `accounts/${d.id}`, { parentId: b.id });
    const mapping = { Id: "externalIds.tree", Parent: "parentId" };
    const text = lines("Id,Parent", `ta,${c.id}`, `td,${c.id}`);
    const done = await importing.run("accounts", text, { mode: "update", mapping });
    expect((await importing.ask("PATCH", `accounts/${b.id}`, { parentId: a.id })).status).toBe(200);
    expect(await importing.rollBack("accounts", done)).toMatchObject({ rolledBack: 1, kept: 1 });
    expect((await importing.customer.get(`/v1/accounts/${a.id}`))["parentId"]).toBe(c.id);
    expect((await importing.customer.get(`/v1/accounts/${d.id}`))["parentId"]).toBe(b.id);
    const [row] = await importing.rows("accounts", done, "&rollback=kept");
    expect(row!.kept!.code).toBe("import.in-use");
  });

  it("gives a status back only with the moment at which it was reached", async () => {
    const externalIds = [{ system: "erp", id: "task" }];
    const { id } = await importing.customer.create("tasks", { subject: "Call", externalIds });
    expect((await importing.ask("POST", `tasks/${id}/complete`)).status).toBeLessThan(300);
    const mapping = { ERP: "externalIds.erp", Status: "status" };
    const done = await importing.run("tasks", lines("ERP,Status", "task,open"), { mode: "update", mapping });
    expect(counts(done)).toEqual([1, 0, 1, 0, 0]);
    await importing.ask("PATCH", `tasks/${id}`, { status: "in_progress" });
    expect(await importing.rollBack("tasks", done)).toMatchObject({ rolledBack: 0, kept: 1 });
    const { status, completedAt } = await importing.customer.get(`/v1/tasks/${id}`);
    expect({ status, completedAt }).toEqual({ status: "in_progress", completedAt: null });
  });

  it("takes the others back where one would be too large with what it had", async () => {
    const long = "华".repeat(10_000);
    const names = Array.from({ length: 31 }, (_, n) => `long${n}`);
    for (const name of names)
      await importing.ask("POST", "accounts/fields", { name, type: "longText", label: { en: name, zh: name } });
    const texts = (from: number, to: number) => Object.fromEntries(names.slice(from, to).map((name) => [name, long]));
    const make = (id: string) =>
      importing.customer.create("accounts", { name: id, externalIds: [{ system: "big", id }], custom: texts(0, 7) });
    const [full, small] = [await make("full"), await make("small")];
    for (let from = 7; from < 30; from += 7)
      await importing.ask("PATCH", `accounts/${full.id}`, { custom: texts(from, Math.min(from + 7, 30)) });
    const mapping = { Id: "externalIds.big", Text: "custom.long0", Industry: "industry" };
    const text = lines("Id,Text,Industry", "full,x,new", "small,x,new");
    const done = await importing.run("accounts", text, { mode: "update", mapping });
    expect(counts(done)).toEqual([2, 0, 2, 0, 0]);
    expect((await importing.ask("PATCH", `accounts/${full.id}`, { custom: texts(30, 31) })).status).toBe(200);
    expect(await importing.rollBack("accounts", done)).toMatchObject({ status: "rolled_back", rolledBack: 1, kept: 1 });
    expect((await importing.customer.get(`/v1/accounts/${small.id}`))["industry"]).toBeNull();
    const [row] = await importing.rows("accounts", done, "&rollback=kept");
    expect([row!.recordId, row!.kept!.code]).toEqual([full.id, "record.too-large"]);
  });

  it("gives each of the company's fields back by itself", async () => {
    for (const name of ["size", "zone"])
      await importing.ask("POST", "accounts/fields", { name, type: "text", label: { en: name, zh: name } });
    const externalIds = [{ system: "crm", id: "own" }];
    const { id } = await importing.customer.create("accounts", { name: "Own", externalIds, custom: { size: "small" } });
    const mapping = { CRM: "externalIds.crm", Size: "custom.size" };
    const done = await importing.run("accounts", lines("CRM,Size", "own,large"), { mode: "update", mapping });
    await importing.ask("PATCH", `accounts/${id}`, { custom: { zone: "south" } });
    expect(await importing.rollBack("accounts", done)).toMatchObject({ rolledBack: 0, kept: 1 });
    expect((await importing.customer.get(`/v1/accounts/${id}`))["custom"]).toMatchObject({
      size: "small",
      zone: "south",
    });
    const [row] = await importing.rows("accounts", done, "&rollback=kept");
    expect(row!.kept).toMatchObject({ code: "import.changed-since", fields: ["custom.zone"] });
  });

  it("names every row of a record that stays, and no field that is closed to the caller", async () => {
    const make = (id: string) =>
      importing.customer.create("accounts", {
        name: id,
        externalIds: ["a", "b"].map((n) => ({ system: "crm", id: id + n })),
      });
    const [gone, changed, whole] = [await make("gone"), await make("changed"), await make("whole")];
    await importing.ask("POST", "accounts/fields", { name: "rank", type: "number", label: { en: "Rank", zh: "等级" } });
    const text = lines("CRM,Rank,Industry", "gonea,1,x", "changeda,1,x", "changedb,2,y", "wholea,1,x");
    const mapping = { CRM: "externalIds.crm", Rank: "custom.rank", Industry: "industry" };
    const done = await importing.run("accounts", text, { mode: "update", mapping });
    expect(counts(done)).toEqual([4, 0, 4, 0, 0]);
    await importing.ask("DELETE", `accounts/${gone.id}`);
    await importing.ask("PATCH", `accounts/${changed.id}`, { custom: { rank: 7 }, tags: ["mine"] });
    expect(await importing.rollBack("accounts", done)).toMatchObject({ rolledBack: 1, kept: 2 });
    const kept = await importing.rows("accounts", done, "&rollback=kept");
    const codes = kept.map(({ line, recordId, kept }) => [line, recordId, kept!.code, kept!.fields]);
    expect(codes).toEqual([
      [2, gone.id, "import.deleted-since", []],
      [3, changed.id, "import.changed-since", ["custom.rank"]],
      [4, changed.id, "import.changed-since", ["custom.rank"]],
    ]);
    expect(await importing.customer.get(`/v1/accounts/${changed.id}`)).toMatchObject({
      custom: { rank: 7 },
      industry: null,
    });
    expect(await importing.customer.get(`/v1/accounts/${whole.id}`)).toMatchObject({ custom: {}, industry: null });
    const closed: TestCaller = {
      ...importing.customer.admin,
      fieldRules: { "customer.account": { "custom.rank": "hidden" } },
    };
    const { body } = await importing.ask<{ data: RowView[] }>(
      "GET",
      `accounts/imports/${done.id}/rows?rollback=kept`,
      undefined,
      closed,
    );
    expect(body.data.map(({ kept }) => kept!.fields)).toEqual([[], [], []]);
  });

  it("leaves what whoever takes it back may not change, also of an import of an earlier version", async () => {
    const { customer } = importing;
    const owner = anOwner();
    await publish(customer.database, "identity.user.updated", { id: owner.id, name: "Owner" });
    await eventually(async () => {
      const known = "SELECT FROM customer.user_copy WHERE id = $1";
      expect((await customer.database.admin.query(known, [owner.id])).rowCount).toBe(1);
    });
    const done = await importing.run(
      "accounts",
      lines("Name", "Gone", "Read", "Mine"),
      { mapping: { Name: "name" } },
      owner,
    );
    const [gone, read] = (await importing.rows("accounts", done)).map(({ recordId }) => recordId);
    for (const id of [gone, read]) await importing.ask("POST", `accounts/${id}/owner`, { ownerId: customer.admin.id });
    await importing.ask("PUT", `accounts/${read}/collaborators/user/${owner.id}`, { access: "read" });
    await sql("UPDATE customer.import_change SET lines = NULL");
    const migration = await readFile("libs/records/migrations/0015-rows-of-changes.sql", "utf8");
    const statement = migration.slice(migration.indexOf("UPDATE"));
    await sql(
      statement.replace("import_change", "customer.import_change").replace("import_row", "customer.import_row"),
    );
    await importing.ask("POST", `accounts/imports/${done.id}/rollback`, undefined, owner);
    expect(await importing.rested("accounts", done.id)).toMatchObject({ rolledBack: 1, kept: 2 });
    expect(await importing.rows("accounts", done)).toMatchObject([
      { recordId: gone, kept: { code: "import.out-of-reach" } },
      { recordId: read, kept: { code: "record.not-writable" } },
      { kept: null },
    ]);
    for (const id of [gone, read]) await importing.ask("DELETE", `accounts/${id}`);
  });

  it("is of several changes of one record the first state", async () => {
    const [old] = await importing.list("accounts?filter[name]=Old%20one");
    const twice = lines("ERP,Industry", "r1,first", "r1,second");
    const done = await importing.run("accounts", twice, {
      mode: "update",
      mapping: { ERP: "externalIds.erp", Industry: "industry" },
    });
    expect(counts(done)).toEqual([2, 0, 2, 0, 0]);
    await importing.rollBack("accounts", done);
    expect((await importing.list("accounts?filter[name]=Old%20one"))[0]).toMatchObject({ industry: old!["industry"] });
  });

  it("brings back encrypted values, and nothing of who was erased since", async () => {
    const mapping = { Name: "lastName", Mail: "contactPoints.email", ERP: "externalIds.erp", Title: "title" };
    const make = (id: string, name: string) =>
      importing.customer.create("contacts", {
        lastName: name,
        contactPoints: [{ kind: "email", value: `${id}@old.example` }],
        externalIds: [{ system: "erp", id }],
      });
    const [kept, erased] = [await make("p1", "Wang"), await make("p2", "Li")];
    const text = lines("ERP,Name,Mail,Title", "p1,Wang Wei,p1@new.example,CEO", "p2,Li Na,p2@new.example,CFO");
    const done = await importing.run("contacts", text, { mode: "update", mapping });
    expect(counts(done)).toEqual([2, 0, 2, 0, 0]);
    await importing.ask("POST", `contacts/${erased.id}/erase`);
    expect(await importing.rollBack("contacts", done)).toMatchObject({ rolledBack: 1, kept: 1 });
    expect(await importing.rows("contacts", done, "&rollback=kept")).toMatchObject([
      { recordId: erased.id, kept: { code: "import.erased-since", fields: [] } },
    ]);
    expect(await importing.customer.get(`/v1/contacts/${kept.id}`)).toMatchObject({
      lastName: "Wang",
      title: null,
      contactPoints: [{ kind: "email", value: "p1@old.example" }],
    });
    expect(await importing.list("contacts?filter[email]=p1%40old.example")).toHaveLength(1);
    expect(await importing.customer.get(`/v1/contacts/${erased.id}`)).toMatchObject({
      lastName: "(erased)",
      contactPoints: [],
    });
  });

  it("is refused of a trial, and of what is not done", async () => {
    const { body } = await importing.upload("accounts", text);
    await importing.rested("accounts", body.id);
    expect((await importing.ask("POST", `accounts/imports/${body.id}/rollback`)).body.code).toBe("import.not-ended");
    await importing.ask("POST", `accounts/imports/${body.id}/run`, { dryRun: true });
    await importing.rested("accounts", body.id);
    expect((await importing.ask("POST", `accounts/imports/${body.id}/rollback`)).body.code).toBe("import.not-ended");
  });
});

describe("files of imports", () => {
  it("are removed with their keys when they have had their time; what became of the rows stays", async () => {
    const done = await importing.run("contacts", lines("Name", "Zhao", ""), { mapping: { Name: "lastName" } });
    const open = await importing.upload("accounts", lines("Name", "A"));
    await importing.rested("accounts", open.body.id);
    await sql("UPDATE customer.import_job SET changed_at = now() - interval '31 days' WHERE id = $1", done.id);
    await sql(
      `INSERT INTO customer.import_job (id, resource, caller, owner_id, file_name, bytes, options, status, created_at)
       VALUES (gen_random_uuid(), 'accounts', '{}', 'x', 'x', 0, '{}', 'uploading', now() - interval '2 days')`,
    );
    await importing.sweep();
    const left = (id: string) => sql("SELECT FROM customer.import_chunk WHERE job_id = $1", id);
    expect([(await left(done.id)).length, (await left(open.body.id)).length]).toEqual([0, 1]);
    expect(await sql("SELECT wrapped FROM bus.person_key WHERE person_id = $1", done.id)).toEqual([{ wrapped: "" }]);
    expect(await sql("SELECT FROM customer.import_job WHERE status = 'uploading'")).toEqual([]);
    expect(await importing.rows("contacts", done)).toHaveLength(1);
    const gone = await importing.ask("GET", `contacts/imports/${done.id}/errors.csv`);
    expect(gone).toMatchObject({ status: 410, body: { code: "import.file-gone" } });
  });

  it("are forgotten with their rows and what a rollback would bring back a year after their end", async () => {
    const [old, younger] = [
      await importing.run("contacts", lines("Name", "Zhao", ""), { mapping: { Name: "lastName" } }),
      await importing.run("contacts", lines("Name", "Qian", ""), { mapping: { Name: "lastName" } }),
    ];
    const endedBefore = (id: string, days: number) =>
      sql(`UPDATE customer.import_job SET changed_at = now() - interval '${days} days' WHERE id = $1`, id);
    await endedBefore(old.id, 366);
    await endedBefore(younger.id, 364);
    await importing.sweep();
    expect((await importing.ask("GET", `contacts/imports/${old.id}`)).status).toBe(404);
    for (const table of ["import_row", "import_change"])
      expect([
        await sql(`SELECT FROM customer.${table} WHERE job_id = $1`, old.id),
        (await sql(`SELECT FROM customer.${table} WHERE job_id = $1`, younger.id)).length > 0,
      ]).toEqual([[], true]);
    expect(await importing.list("contacts?filter[lastName]=Zhao")).not.toEqual([]);
  });
});
