import { openTable, readCell, suggestMapping, type TableField } from "@kehu/importing";
import { eventually, type TestCaller } from "@kehu/testing";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSales, type Sales } from "./sales.ts";

interface ExportView {
  id: string;
  status: string;
  fields: string[];
  url: string;
}

type FieldView = TableField & { type: string; custom: boolean };

describe("exports", () => {
  let sales: Sales;
  let folder: string;

  const made = async (resource: string, body: object, as: TestCaller): Promise<ExportView> => {
    const { status, body: job } = await sales.post(`${resource}/exports`, body, as);
    expect(status).toBe(202);
    const { id } = job;
    return eventually(async () => {
      const view = await sales.get(`${resource}/exports/${id}`, as);
      expect(view).toMatchObject({ status: "completed" });
      return view as unknown as ExportView;
    });
  };
  const tableOf = async ({ url }: ExportView, as: TestCaller) => {
    const headers = { authorization: `Bearer ${sales.service.tokenOf(as)}` };
    const path = join(folder, "file");
    await writeFile(path, Buffer.from(await (await fetch(sales.service.url + url, { headers })).arrayBuffer()));
    const table = await openTable(path);
    const rows: Record<string, string>[] = [];
    for await (const { cells } of table.rows())
      rows.push(Object.fromEntries(table.columns.map((name, n) => [name, cells![n]!])));
    return { columns: table.columns, rows };
  };
  const fieldsOf = async (resource: string): Promise<FieldView[]> => {
    const { data } = await sales.list(`${resource}/fields`);
    return (data as unknown as FieldView[]).map((field) => ({ ...field, kind: field.type as TableField["kind"] }));
  };

  beforeAll(async () => {
    sales = await startSales();
    folder = await mkdtemp(join(tmpdir(), "kehu-"));
  });
  afterAll(async () => {
    await sales.close();
    await rm(folder, { recursive: true });
  });

  it.each(["csv", "xlsx"])(
    "POST /v1/opportunities/exports: %s keeps money to the cent, days and references",
    async (format) => {
      const accountId = await sales.known("account", { name: "华星科技" });
      const amount = { amount: "12345678901.23", currency: "USD" };
      const deal = await sales.done("opportunities", {
        name: "+Offer 00123",
        accountId,
        amount,
        expectedCloseOn: "2026-02-28",
        nextStep: "1\n2",
      });
      const where = { field: "id", value: deal.id };
      const fields = ["name", "accountId", "amount", "expectedCloseOn", "createdAt", "nextStep"];
      const { rows } = await tableOf(await made("opportunities", { format, where, fields }, sales.admin), sales.admin);
      expect(rows).toHaveLength(1);
      const [row] = rows;
      expect(row).toMatchObject({ name: "+Offer 00123", accountId, accountName: "华星科技", nextStep: "1\n2" });
      const options = { currency: "USD", timeZone: "UTC" };
      expect(readCell({ kind: "money" }, row!["amount"]!, options)).toEqual({ value: amount });
      expect(readCell({ kind: "date" }, row!["expectedCloseOn"]!, options)).toEqual({ value: "2026-02-28" });
      const { value } = readCell({ kind: "instant" }, row!["createdAt"]!, options);
      expect(new Date(value as string).getTime()).toBe(new Date(deal["createdAt"] as string).getTime());
    },
  );

  it("POST /v1/leads/exports: what is encrypted is open to people, and no column for keys", async () => {
    await sales.done("leads", { lastName: "王", email: "wang@x.example", phone: "+8613800138000" });
    const ofPeople = await tableOf(await made("leads", { format: "csv" }, sales.admin), sales.admin);
    expect(ofPeople.rows[0]).toMatchObject({ lastName: "王", email: "wang@x.example", phone: "+8613800138000" });
    const key: TestCaller = { ...sales.admin, actorType: "api-key" };
    const ofKeys = await tableOf(await made("leads", { format: "csv" }, key), key);
    expect(ofKeys.columns).toContain("lastName");
    expect(ofKeys.columns.filter((name) => name === "email" || name === "phone")).toEqual([]);
  });

  it.each(["leads", "opportunities"])(
    "an import finds the columns of a file of %s again, and no other ones",
    async (resource) => {
      const { fields: columns } = await made(resource, { format: "csv" }, sales.admin);
      const fields = await fieldsOf(resource);
      const found = suggestMapping(columns, fields);
      expect(found.length).toBeGreaterThan(10);
      expect(found.filter(({ column, field, confidence }) => column !== field || confidence !== "exact")).toEqual([]);
    },
  );
});
