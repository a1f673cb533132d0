import { randomUUID } from "node:crypto";
import { eventually, publish } from "@kehu/testing";
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
