import { everything, startService, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { writeXlsx } from "@kehu/importing";
import { counts, Importing } from "./importing.ts";

const label = (en: string) => ({ en, zh: en });
const lines = (...rows: string[]) => rows.map((row) => `${row}\r\n`).join("");

let importing: Importing;

beforeAll(async () => {
  importing = await Importing.start();
  for (const [name, type] of [
    ["score", "number"],
    ["since", "date"],
    ["budget", "money"],
  ] as const)
    await importing.ask("POST", "accounts/fields", { name, type, label: label(name) });
});
afterAll(() => importing.customer.close());

describe("POST /v1/accounts/imports", () => {
  it("looks at a file, says what it is, and imports it when it is told to", async () => {
    const text =
      '﻿Name,Industry,Parent account name,Website\r\n华星科技,steel,,https://hx.example\r\n"Line\nbreak",,华星科技,\r\n';
    const { body } = await importing.upload("accounts", text);
    const looked = await importing.rested("accounts", body.id);
    expect(looked).toMatchObject({
      status: "profiled",
      rows: 2,
      found: {
        format: "csv",
        encoding: "utf-8",
        delimiter: ",",
        columns: ["Name", "Industry", "Parent account name", "Website"],
        suggested: [
          { column: "Name", field: "name" },
          { column: "Industry", field: "industry" },
          { column: "Parent account name", field: "parentId.name" },
          { column: "Website", field: "website" },
        ],
      },
    });
    expect(await importing.list("accounts?sort=name")).toEqual([]);
    const trial = await importing.ask("POST", `accounts/imports/${body.id}/run`, { dryRun: true });
    expect(trial.status).toBe(202);
    expect(counts(await importing.rested("accounts", body.id))).toEqual([2, 1, 0, 0, 1]);
    expect(await importing.list("accounts?sort=name")).toEqual([]);
    expect((await importing.ask("POST", `accounts/imports/${body.id}/run`, {})).status).toBe(202);
    const done = await importing.rested("accounts", body.id);
    expect(counts(done)).toEqual([2, 1, 0, 0, 1]);
    expect(
      (await importing.list("accounts?sort=name")).map(({ name, industry, ownerId }) => [name, industry, ownerId]),
    ).toEqual([["华星科技", "steel", importing.customer.admin.id]]);
    expect(await importing.rows("accounts", done)).toMatchObject([
      { line: 2, outcome: "created", recordId: expect.any(String) },
      { line: 3, outcome: "failed", errors: [{ field: "parentId.name", code: "reference.unknown" }] },
    ]);
    expect((await importing.ask("POST", `accounts/imports/${body.id}/run`, {})).body.code).toBe("import.not-ready");
  });

  it("takes every kind of value, from a workbook too, and rows one by one", async () => {
    const columns = ["Name", "Tags", "Score", "Since", "Budget", "ERP"].map((name) => ({
      name,
      kind: "text" as const,
    }));
    const rows = [
      ["Xlsx 1", "重点;vip", "12.5", "2026-01-31", "USD 1234.50", "0012"],
      ["Xlsx 2", "", "many", "2026-02-30", "12.345", "0013"],
      ["", "", "1", "", "", "0014"],
    ];
    const mapping = {
      Name: "name",
      Tags: "tags",
      Score: "custom.score",
      Since: "custom.since",
      Budget: "custom.budget",
      ERP: "externalIds.erp",
    };
    const workbook = await buffer(writeXlsx(columns, rows));
    const done = await importing.run("accounts", workbook, { mode: "upsert", mapping });
    expect(counts(done)).toEqual([3, 1, 0, 0, 2]);
    const [made] = await importing.list("accounts?filter[name]=Xlsx%201");
    expect(made).toMatchObject({
      tags: ["重点", "vip"],
      custom: { score: 12.5, since: "2026-01-31", budget: { amount: "1234.50", currency: "USD" } },
      externalIds: [{ system: "erp", id: "0012" }],
    });
    const [, bad, nameless] = await importing.rows("accounts", done);
    expect(bad!.errors.map(({ field }) => field)).toEqual(["Score", "Since", "Budget"]);
    expect(nameless!.errors).toMatchObject([{ field: "name", code: "field.required" }]);
  });

  it("gives the failed rows back as a file, which can be mended and sent again", async () => {
    const mapping = { Name: "name", Score: "custom.score" };
    const done = await importing.run("accounts", lines("Name;Score", "Mended;x1", "Fine;2", "=1+1;y"), { mapping });
    expect(counts(done)).toEqual([3, 1, 0, 0, 2]);
    const text = await importing.failures("accounts", done);
    expect(text.split("\r\n")).toEqual([
      "Name,Score,Error",
      expect.stringMatching(/^Mended,x1,"?Score: /),
      expect.stringMatching(/^'=1\+1,y,"?Score: /),
      "",
    ]);
    const again = await importing.run("accounts", text.replace("x1", "1").replace(",y,", ",3,"), { mapping });
    expect(counts(again)).toEqual([2, 2, 0, 0, 0]);
    expect(await importing.list("accounts?filter[name]=%3D1%2B1")).toHaveLength(1);
  });

  it("gives rows back whose cells are too many or too few, and no reason twice", async () => {
    const mapping = { Name: "name", Score: "custom.score" };
    const first = await importing.run("accounts", lines("Name,Score", "Many,1,2", "Few", "Bad,x"), { mapping });
    expect(counts(first)).toEqual([3, 0, 0, 0, 3]);
    const given = await importing.failures("accounts", first);
    expect(given.split("\r\n")).toEqual([
      "Name,Score,Error",
      expect.stringMatching(/^Many,1,The row has 3 cells.*,2$/),
      expect.stringMatching(/^Few,,The row has 1 cells/),
      expect.stringMatching(/^Bad,x,"?Score: /),
      "",
    ]);
    const mended = given.replace(/,2(?=\r\n)/, "");
    const second = await importing.run("accounts", mended, { mapping });
    expect(counts(second)).toEqual([3, 2, 0, 0, 1]);
    expect((await importing.failures("accounts", second)).split("\r\n")[0]).toBe("Name,Score,Error");
  });

  it("says of a file that it cannot read why, and does nothing", async () => {
    const { status, error, created } = await importing.run("accounts", 'Name\r\n"never closed', {
      mapping: { Name: "name" },
    });
    expect({ status, code: error?.code, created }).toEqual({
      status: "failed",
      code: "import.file-quote",
      created: 0,
    });
    const wrong = await importing.run("accounts", "Name\r\nA\r\n", { mapping: { Nmae: "name" } });
    expect(wrong).toMatchObject({ status: "failed", error: { code: "import.unknown-column" } });
    const target = await importing.run("accounts", "Name\r\nA\r\n", { mapping: { Name: "nmae" } });
    expect(target).toMatchObject({ status: "failed", error: { code: "import.unknown-target" } });
  });

  it("does not hold up others when it meets what nobody has foreseen", async () => {
    const { database } = importing.customer;
    const broken = await importing.upload("accounts", lines("Name", "A"));
    await importing.rested("accounts", broken.body.id);
    await database.admin.query("UPDATE customer.import_job SET status = 'running', options = '7' WHERE id = $1", [
      broken.body.id,
    ]);
    const { body } = await importing.upload("accounts", lines("Name", "B"), { mapping: { Name: "name" } });
    expect(await importing.rested("accounts", body.id)).toMatchObject({ status: "completed", created: 1 });
    const ended = await importing.rested("accounts", broken.body.id);
    expect(ended).toMatchObject({ status: "failed", error: { code: expect.stringMatching(/^import\./) as string } });
  });

  it.each<[string, FormData | string, string | undefined, string]>([
    ["no file", formWith("options", "{}"), undefined, "upload.no-file"],
    ["options that are no JSON", formWith("options", "{"), undefined, "json.malformed"],
    ["an unknown option", formWith("options", '{"mood":"good"}'), undefined, "request.malformed"],
    ["a mode that there is not", formWith("options", '{"mode":"merge"}'), undefined, "request.invalid"],
    ["another part", formWith("other", "x"), undefined, "upload.malformed"],
    ["a body that is no form", "x", "multipart/form-data", "upload.malformed"],
    [
      "a form that is cut off",
      '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nName',
      "multipart/form-data; boundary=x",
      "upload.malformed",
    ],
  ])("refuses %s", async (_what, body, type, code) => {
    const { service, admin, database } = importing.customer;
    const count = async () => (await database.admin.query("SELECT FROM customer.import_job")).rowCount;
    const before = await count();
    const headers = { authorization: `Bearer ${service.tokenOf(admin)}`, ...(type && { "content-type": type }) };
    const answer = await fetch(`${service.url}/v1/accounts/imports`, { method: "POST", headers, body });
    expect(await answer.json()).toMatchObject({ code });
    expect(await count()).toBe(before);
  });
});

function formWith(name: string, value: string): FormData {
  const form = new FormData();
  form.set(name, value);
  return form;
}

describe("modes and keys", () => {
  const mapping = { Name: "name", Industry: "industry", ERP: "externalIds.erp" };
  const names = async (query: string) => (await importing.list(`accounts?sort=name&${query}`)).map(({ name }) => name);

  it("create, update and upsert by an external id; a second run changes nothing", async () => {
    const text = lines("ERP,Name,Industry", "k1,Key 1,steel", "k2,Key 2,glass");
    expect(counts(await importing.run("accounts", text, { mapping }))).toEqual([2, 2, 0, 0, 0]);
    expect(counts(await importing.run("accounts", text, { mapping }))).toEqual([2, 0, 0, 2, 0]);
    const changed = lines("ERP,Name,Industry", "k1,Key 1,wood", "k3,Key 3,", "k3,Key 3b,paper");
    expect(counts(await importing.run("accounts", changed, { mode: "update", mapping }))).toEqual([3, 0, 1, 2, 0]);
    const both = await importing.run("accounts", changed, { mode: "upsert", mapping });
    expect(counts(both)).toEqual([3, 1, 1, 1, 0]);
    expect((await importing.rows("accounts", both)).map(({ outcome, errors }) => [outcome, errors[0]?.code])).toEqual([
      ["skipped", "import.unchanged"],
      ["created", undefined],
      ["updated", undefined],
    ]);
    expect(await names("filter[name][startsWith]=Key")).toEqual(["Key 1", "Key 2", "Key 3b"]);
  });

  it("find by a field, by a field of the company, by id, and refuse what is not clear", async () => {
    const named = lines("Name,Industry", "Key 1,oil", "Key 9,gas");
    const byName = await importing.run("accounts", named, {
      mode: "update",
      matchBy: "name",
      mapping: { Name: "name", Industry: "industry" },
    });
    expect(counts(byName)).toEqual([2, 0, 1, 1, 0]);
    const [one] = await importing.list("accounts?filter[name]=Key%201");
    expect(one).toMatchObject({ industry: "oil" });
    await importing.ask("PATCH", `accounts/${one!.id}`, { custom: { score: 77 } });
    const scored = lines("Score,Industry", "77,tea", "78,rum");
    const byScore = {
      mode: "update",
      matchBy: "custom.score",
      mapping: { Score: "custom.score", Industry: "industry" },
    };
    expect(counts(await importing.run("accounts", scored, byScore))).toEqual([2, 0, 1, 1, 0]);
    const byId = { mode: "update", matchBy: "id", mapping: { Id: "id", Industry: "industry" } };
    expect(
      counts(await importing.run("accounts", lines("Id,Industry", `${one!.id},ink`, `${randomUUID()},x`), byId)),
    ).toEqual([2, 0, 1, 1, 0]);
    expect((await importing.list("accounts?filter[name]=Key%201"))[0]).toMatchObject({ industry: "ink", version: 6 });
    await importing.customer.create("accounts", { name: "Key 1" });
    const twice = await importing.run("accounts", named, {
      mode: "update",
      matchBy: "name",
      mapping: { Name: "name", Industry: "industry" },
    });
    expect((await importing.rows("accounts", twice))[0]).toMatchObject({
      outcome: "failed",
      errors: [{ code: "import.ambiguous" }],
    });
    const unknown = await importing.run("accounts", named, {
      mode: "update",
      matchBy: "createdAt",
      mapping: { Name: "name" },
    });
    expect(unknown).toMatchObject({ status: "failed", error: { code: "import.unknown-key" } });
  });

  it("find people by e-mail, and take their contact points", async () => {
    const text = lines("Nachname,E-Mail,手机", "Wang,wang@kehu.example,+86 138 0013 8000", "Li,li@kehu.example,");
    const { body } = await importing.upload("contacts", text);
    const { found } = await importing.rested("contacts", body.id);
    expect(found!.suggested.map(({ field }) => field)).toEqual([
      "lastName",
      "contactPoints.email",
      "contactPoints.phone",
    ]);
    await importing.ask("POST", `contacts/imports/${body.id}/run`, { mode: "upsert", matchBy: "email" });
    expect(counts(await importing.rested("contacts", body.id))).toEqual([2, 2, 0, 0, 0]);
    const mapping = { Nachname: "lastName", "E-Mail": "contactPoints.email" };
    const again = lines("Nachname,E-Mail", "Wang Wei,WANG@kehu.example", "Zhao,");
    const done = await importing.run("contacts", again, { mode: "upsert", matchBy: "email", mapping });
    expect(counts(done)).toEqual([2, 0, 1, 0, 1]);
    expect((await importing.rows("contacts", done))[1]!.errors).toMatchObject([{ code: "import.no-key" }]);
    expect(await importing.list("contacts?filter[email]=wang%40kehu.example")).toMatchObject([
      { lastName: "Wang Wei" },
    ]);
    const { rows } = await importing.customer.database.admin.query<{ text: string }>(
      `SELECT convert_from(c.bytes, 'UTF8') AS text FROM customer.import_chunk c JOIN customer.import_job j ON j.id = c.job_id
       WHERE j.resource = 'contacts' UNION ALL SELECT properties FROM customer.import_change WHERE NOT is_new`,
    );
    expect(rows.length).toBeGreaterThan(2);
    expect(rows.filter(({ text }) => /wang|kehu\.example/i.test(text ?? ""))).toEqual([]);
  });

  it("leave contact points of which a row says nothing", async () => {
    const points = [
      { kind: "email", value: "kept@kehu.example" },
      { kind: "phone", value: "+8613800138000" },
      { kind: "address", value: "上海" },
    ];
    const { id } = await importing.customer.create("contacts", { lastName: "Kept", contactPoints: points });
    const kept = () => importing.ask<{ contactPoints: { value: string }[] }>("GET", `contacts/${id}`);
    const mapping = { Name: "lastName", Mail: "contactPoints.email", Phone: "contactPoints.phone" };
    const options = { mode: "upsert", matchBy: "email", mapping, emptyClears: true };
    const same = await importing.run("contacts", lines("Name,Mail,Phone", "Kept,KEPT@kehu.example,"), options);
    expect(counts(same)).toEqual([1, 0, 0, 1, 0]);
    const other = await importing.run(
      "contacts",
      lines("Name,Mail,Phone", "Kept,kept@kehu.example,+86 139 0013 9000"),
      options,
    );
    expect(counts(other)).toEqual([1, 0, 1, 0, 0]);
    const values = (await kept()).body.contactPoints.map(({ value }) => value);
    expect(values).toEqual(["kept@kehu.example", "+8613900139000", "上海"]);
    const whole = lines("Id,Points", `${id},"[{""kind"":""email"",""value"":""only@kehu.example""}]"`);
    await importing.run("contacts", whole, {
      mode: "update",
      matchBy: "id",
      mapping: { Id: "id", Points: "contactPoints" },
    });
    expect((await kept()).body.contactPoints).toMatchObject([{ value: "only@kehu.example" }]);
  });

  it("empty fields by blank cells only where they are told to", async () => {
    const made = {
      name: "Cleared",
      industry: "x",
      tags: ["t"],
      custom: { score: 1 },
      externalIds: [{ system: "erp", id: "c1" }],
    };
    const { id } = await importing.customer.create("accounts", made);
    const mapping = { ERP: "externalIds.erp", Industry: "industry", Tags: "tags", Score: "custom.score" };
    const text = lines("ERP,Industry,Tags,Score", "c1,,,");
    expect(counts(await importing.run("accounts", text, { mode: "update", mapping }))).toEqual([1, 0, 0, 1, 0]);
    const cleared = await importing.run("accounts", text, { mode: "update", mapping, emptyClears: true });
    expect(counts(cleared)).toEqual([1, 0, 1, 0, 0]);
    const now = await importing.customer.get(`/v1/accounts/${id}`);
    expect(now).toMatchObject({ name: "Cleared", industry: null, tags: [], custom: { score: null } });
    expect(now["externalIds"]).toEqual(made.externalIds);
  });

  it("leave each row its own fate where the database refuses one", async () => {
    await importing.customer.create("accounts", { name: "Holder", externalIds: [{ system: "crm", id: "taken" }] });
    const text = lines("Name,CRM", "Free 1,a1", "Clash,taken", "Free 2,a2");
    const done = await importing.run("accounts", text, {
      matchBy: "name",
      mapping: { Name: "name", CRM: "externalIds.crm" },
    });
    expect(counts(done)).toEqual([3, 2, 0, 0, 1]);
    expect((await importing.rows("accounts", done, "&outcome=failed"))[0]).toMatchObject({
      line: 3,
      errors: [{ code: "external-id.taken" }],
    });
    expect(await names("filter[name][startsWith]=Free")).toEqual(["Free 1", "Free 2"]);
  });
});

describe("whose imports", () => {
  const mapping = { Name: "name" };

  it("need the permission, and are seen by who made them and by who reaches everything", async () => {
    const clerk: TestCaller = {
      id: importing.customer.admin.id,
      grants: { ...everything("own"), "customer.account.import": "own" },
    };
    const other: TestCaller = { id: randomUUID(), grants: everything("own") };
    const reader: TestCaller = { id: randomUUID(), grants: { "customer.account.read": "all" } };
    const { id } = await importing.run("accounts", lines("Name", "Mine"), { mapping }, clerk);
    expect((await importing.ask("GET", `accounts/imports/${id}`, undefined, clerk)).status).toBe(200);
    for (const path of ["", "/rows", "/errors.csv"])
      expect((await importing.ask("GET", `accounts/imports/${id}${path}`, undefined, other)).status).toBe(404);
    for (const verb of ["run", "rollback"])
      expect((await importing.ask("POST", `accounts/imports/${id}/${verb}`, {}, other)).status).toBe(404);
    expect((await importing.ask("GET", `contacts/imports/${id}`)).status).toBe(404);
    expect((await importing.ask("GET", `accounts/imports/${id}`, undefined, reader)).status).toBe(403);
    const seen = await importing.ask<{ data: { id: string }[] }>("GET", "accounts/imports?limit=200", undefined, other);
    expect(seen.body.data).toEqual([]);
    const all = await importing.ask<{ data: { id: string }[] }>("GET", "accounts/imports?limit=200");
    expect(all.body.data.map((one) => one.id)).toContain(id);
  });

  it("change what is within reach alone", async () => {
    const foreign = await importing.customer.create("accounts", {
      name: "Foreign",
      externalIds: [{ system: "erp", id: "f1" }],
    });
    const clerk: TestCaller = { id: randomUUID(), grants: everything("own") };
    const options = { mode: "update", mapping: { ERP: "externalIds.erp", Industry: "industry" } };
    const done = await importing.upload("accounts", lines("ERP,Industry", "f1,mine"), options, clerk);
    const { body } = await importing.ask("GET", `accounts/imports/${done.body.id}`);
    expect(body.id).toBe(done.body.id);
    const rested = await importing.rested("accounts", done.body.id);
    expect(counts(rested)).toEqual([1, 0, 0, 0, 1]);
    expect(await importing.customer.get(`/v1/accounts/${foreign.id}`)).toMatchObject({ industry: null, version: 1 });
  });
});

describe("GET /v1/accounts/imports/:id/progress", () => {
  it("tells how far it is, until it rests", async () => {
    const { service, admin } = importing.customer;
    const text = lines("Name", ...Array.from({ length: 3_000 }, (_, n) => `Told ${n}`));
    const { body } = await importing.upload("accounts", text, { mapping: { Name: "name" } });
    const headers = { authorization: `Bearer ${service.tokenOf(admin)}` };
    const answer = await fetch(`${service.url}/v1/accounts/imports/${body.id}/progress`, { headers });
    expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const events = Array.from(
      (await answer.text()).matchAll(/^event: progress\ndata: (.*)\n\n/gm),
      ([, data]) => JSON.parse(data!) as { status: string; created: number },
    );
    expect(events.at(-1)).toMatchObject({ status: "completed", created: 3_000 });
    const created = events.map((event) => event.created);
    expect(created).toEqual([...created].sort((a, b) => a - b));
    expect((await importing.ask("GET", `accounts/imports/${randomUUID()}/progress`)).status).toBe(404);
  });
});

describe("an import that is taken over", () => {
  const COUNT = 6_000;

  it("goes on behind what was stored: each row once", async () => {
    const { database } = importing.customer;
    const load = () => import("../src/app.module.ts");
    const other = await startService({ name: "customer", schema: "customer" }, load, database);
    try {
      const text = lines("Name,ERP", ...Array.from({ length: COUNT }, (_, n) => `Many ${n},m${n}`));
      const options = { mode: "upsert", mapping: { Name: "name", ERP: "externalIds.many" } };
      const { body } = await importing.upload("accounts", text, options);
      let taken = 0;
      for (let last = 0; ;) {
        const { rows } = await database.admin.query<{ line: number; status: string }>(
          "SELECT line, status FROM customer.import_job WHERE id = $1",
          [body.id],
        );
        const [{ line, status }] = rows as [{ line: number; status: string }];
        if (!["uploaded", "running"].includes(status)) break;
        if (line === last) continue;
        last = line;
        // As if the worker had been silent for too long.
        await database.admin.query("UPDATE customer.import_job SET worker = NULL, leased_until = NULL WHERE id = $1", [
          body.id,
        ]);
        taken += 1;
      }
      expect(taken).toBeGreaterThan(3);
      expect(counts(await importing.rested("accounts", body.id))).toEqual([COUNT, COUNT, 0, 0, 0]);
      const { rows } = await database.admin.query(
        "SELECT count(*)::int AS n FROM customer.account WHERE name LIKE 'Many %'",
      );
      expect(rows).toEqual([{ n: COUNT }]);
      const told = await database.admin.query(
        "SELECT count(DISTINCT line)::int AS lines, count(*)::int AS n FROM customer.import_row WHERE job_id = $1",
        [body.id],
      );
      expect(told.rows).toEqual([{ lines: COUNT, n: COUNT }]);
    } finally {
      await other.close();
    }
  }, 120_000);
});
