import { randomUUID } from "node:crypto";
import { eventually, everything, publish, textCell, textRow, xlsx, type TestCaller } from "@kehu/testing";
import { counts, Importing, type ImportView } from "./importing.ts";

const lines = (...rows: string[]) => rows.map((row) => `${row}\r\n`).join("");

let importing: Importing;

beforeAll(async () => {
  importing = await Importing.start();
});
afterAll(() => importing.customer.close());

const codesOf = async (resource: string, job: ImportView) =>
  (await importing.rows(resource, job)).flatMap(({ errors }) => errors.map(({ code }) => code));

describe("blank cells", () => {
  const mapping = { ERP: "externalIds.erp", Industry: "industry", Website: "website" };
  const text = lines("ERP,Industry,Website", "b1,,");

  it("empty the fields of the columns that the import names, and no others", async () => {
    const externalIds = [{ system: "erp", id: "b1" }];
    const made = { name: "Blank", industry: "steel", website: "https://blank.example", externalIds };
    const { id } = await importing.customer.create("accounts", made);
    const done = await importing.run("accounts", text, { mode: "update", mapping, clears: ["Website"] });
    expect(counts(done)).toEqual([1, 0, 1, 0, 0]);
    expect(await importing.customer.get(`/v1/accounts/${id}`)).toMatchObject({ industry: "steel", website: null });
  });

  it("cannot empty those of a column that is not mapped", async () => {
    const done = await importing.run("accounts", text, { mode: "update", mapping, clears: ["Web"] });
    expect(done).toMatchObject({ status: "failed", error: { code: "import.unknown-column" } });
  });
});

describe("new records", () => {
  it("are the importer's where a row does not say whose, or nobody's where he says so", async () => {
    const { admin } = importing.customer;
    const text = (name: string) => lines("Name,Owner", `${name} 1,`, `${name} 2,${admin.id}`);
    const mapping = { Name: "name", Owner: "ownerId" };
    const ownersOf = async (name: string, options: object) => {
      await importing.run("accounts", text(name), { mapping, ...options });
      const all = await importing.list(`accounts?sort=name&filter[name][startsWith]=${name}`);
      return all.map(({ ownerId }) => ownerId);
    };
    expect(await ownersOf("Mine", {})).toEqual([admin.id, admin.id]);
    expect(await ownersOf("Nobodys", { unowned: true })).toEqual([null, admin.id]);
  });
});

describe("by what records are found", () => {
  it("are the ids, where the file has them and nothing else is said", async () => {
    const { id } = await importing.customer.create("accounts", { name: "Found" });
    const mapping = { Id: "id", Name: "name", Industry: "industry" };
    const text = lines("Id,Name,Industry", `${id},Found,steel`);
    expect(counts(await importing.run("accounts", text, { mode: "upsert", mapping }))).toEqual([1, 0, 1, 0, 0]);
    expect(counts(await importing.run("accounts", text, { mode: "update", mapping }))).toEqual([1, 0, 0, 1, 0]);
    expect(await importing.list("accounts?filter[name]=Found")).toMatchObject([{ id, industry: "steel" }]);
  });

  it.each(["update", "upsert"])("has to be said for an %s", async (mode) => {
    const done = await importing.run("accounts", lines("Name", "Lost"), { mode, mapping: { Name: "name" } });
    expect(done).toMatchObject({ status: "failed", created: 0, error: { code: "import.unknown-key" } });
  });

  it("is nothing that is hidden from who imports", async () => {
    const website = "https://hidden.example";
    await importing.customer.create("accounts", { name: "Hidden", website });
    const blind: TestCaller = {
      ...importing.customer.admin,
      fieldRules: { "customer.account": { website: "hidden" } },
    };
    const text = lines("Name,Website", `X,${website}`);
    const options = { matchBy: "website", dryRun: true, mapping: { Name: "name", Website: "website" } };
    const done = await importing.run("accounts", text, options, blind);
    expect(done).toMatchObject({ status: "failed", error: { code: "import.unknown-target" } });
    const unmapped = await importing.run("accounts", text, { ...options, mapping: { Name: "name" } }, blind);
    expect(unmapped).toMatchObject({ status: "failed", error: { code: "import.unknown-key" } });
    expect(counts(await importing.run("accounts", text, options))).toEqual([1, 0, 0, 1, 0]);
    const { body } = await importing.upload("accounts", text, undefined, blind);
    const { found } = await importing.rested("accounts", body.id);
    expect(found!.suggested).toEqual([expect.objectContaining({ column: "Name", field: "name" })]);
  });
});

describe("decimals that follow a comma", () => {
  const mapping = {
    Name: "name",
    Score: "custom.score",
    Fee: "custom.fee",
    Price: "custom.price",
    Code: "externalIds.erp",
    Note: "custom.note",
  };
  const options = { decimal: ",", mapping };
  const file = (name: string, price: string, code: number) => {
    const number = (value: number, style = 0) => `<c s="${style}"><v>${value}</v></c>`;
    const cells = textCell(name) + number(1.234) + number(0.125, 1) + textCell(price) + number(code) + number(1.5);
    const rows = `${textRow(...Object.keys(mapping))}<row>${cells}</row>`;
    return Buffer.from(xlsx({ formats: ["[$KWD] 0.000"], rows }));
  };
  const account = (name: string, code: number) => ({
    name,
    externalIds: [{ system: "erp", id: String(code) }],
    custom: {
      score: 1.234,
      fee: { amount: "0.125", currency: "KWD" },
      price: { amount: "1234.50", currency: "EUR" },
      note: "1,5",
    },
  });

  beforeAll(async () => {
    const types = { score: "number", fee: "money", price: "money", note: "text" };
    for (const [name, type] of Object.entries(types))
      await importing.ask("POST", "accounts/fields", { name, type, label: { en: name, zh: name } });
  });

  it("are those of texts; a workbook's own numbers are read as they are, in a trial, too", async () => {
    const tried = await importing.run("accounts", file("Native", "1.234,50 EUR", 4711), { ...options, dryRun: true });
    expect(tried.found!.profile.columns.map(({ bad }) => bad)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(counts(tried)).toEqual([1, 1, 0, 0, 0]);
    await importing.ask("POST", `accounts/imports/${tried.id}/run`, {});
    expect(counts(await importing.rested("accounts", tried.id))).toEqual([1, 1, 0, 0, 0]);
    expect(await importing.list("accounts?filter[name]=Native")).toMatchObject([account("Native", 4711)]);
  });

  it("are those of all numbers in the rows that are given back, which are read alike when they are sent again", async () => {
    const done = await importing.run("accounts", file("Mended", "?", 4712), options);
    expect(counts(done)).toEqual([1, 0, 0, 0, 1]);
    const text = await importing.failures("accounts", done);
    expect(text).toMatch(/^Name,Score,.*\r\nMended,"1,234","KWD 0,125",\?,4712,"1,5",/);
    const again = await importing.run("accounts", text.replace("?", '"1.234,50 EUR"'), options);
    expect(counts(again)).toEqual([1, 1, 0, 0, 0]);
    expect(await importing.list("accounts?filter[name]=Mended")).toMatchObject([account("Mended", 4712)]);
  });
});

describe("an import that others have a hand in", () => {
  it("stays its owner's when somebody else runs it and takes it back", async () => {
    const clerk: TestCaller = { id: randomUUID(), grants: everything("own") };
    const { body } = await importing.upload("accounts", lines("Name", "Handed"), undefined, clerk);
    await importing.rested("accounts", body.id);
    await importing.ask("POST", `accounts/imports/${body.id}/run`, {});
    const done = await importing.rested("accounts", body.id);
    expect(done).toMatchObject({ status: "completed", created: 1 });
    await importing.rollBack("accounts", done);
    expect((await importing.ask("GET", `accounts/imports/${body.id}`, undefined, clerk)).status).toBe(200);
  });

  it("counts the rows as they were read in the end", async () => {
    const { body } = await importing.upload("accounts", lines("Counted 1", "Counted 2"));
    expect((await importing.rested("accounts", body.id)).rows).toBe(1);
    await importing.ask("POST", `accounts/imports/${body.id}/run`, { header: false, mapping: { "Column 1": "name" } });
    expect(counts(await importing.rested("accounts", body.id))).toEqual([2, 2, 0, 0, 0]);
  });
});

describe("a record that another service has just made", () => {
  const mapping = { Kind: "kind", At: "occurredAt", Links: "links" };
  const about = (lead: string) =>
    lines("Kind,At,Links", `call,2026-01-02T03:04:05Z,"[{""type"":""lead"",""id"":""${lead}""}]"`);
  /** The run waits for longer than a request would. */
  const isPatient = async (id: string) => {
    const { rows } = await importing.customer.database.admin.query(
      `SELECT FROM customer.import_job
       WHERE id = $1 AND status = 'running' AND changed_at < clock_timestamp() - interval '3 seconds'`,
      [id],
    );
    return rows.length === 1;
  };

  it("is waited for", async () => {
    const lead = randomUUID();
    const { body } = await importing.upload("interactions", about(lead), { mapping, patience: 60 });
    await eventually(() => isPatient(body.id), 30_000);
    await publish(importing.customer.database, "sales.lead.created", { id: lead });
    expect(counts(await importing.rested("interactions", body.id))).toEqual([1, 1, 0, 0, 0]);
  });

  it("is not waited for without end", async () => {
    const done = await importing.run("interactions", about(randomUUID()), { mapping, patience: 0 });
    expect(counts(done)).toEqual([1, 0, 0, 0, 1]);
    expect(await codesOf("interactions", done)).toEqual(["reference.not-yet-known"]);
  });

  it.each([
    [-1, "request.invalid"],
    [901, "request.invalid"],
    [1.5, "request.malformed"],
  ])("cannot be waited for %d seconds", async (patience, code) => {
    const { body } = await importing.upload("interactions", about(randomUUID()), { mapping, patience });
    expect(body.code).toBe(code);
  });
});
