import { everything, type TestCaller } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { startCustomer, type Customer } from "./customer.ts";
import { exporting, introduce, li, wang, type ExportView } from "./exports.ts";

describe("exports", () => {
  let customer: Customer;
  const { send, ask, ended, made, fetchFile, rowsOf, exported, admin } = exporting(() => customer);

  beforeAll(async () => {
    customer = await startCustomer();
    await introduce(customer);
  });
  afterAll(() => customer.close());

  describe("POST /v1/:resource/exports", () => {
    it.each([
      [{ format: "csv", fields: ["colour"] }, 400, "fields.unknown"],
      [{ format: "csv", fields: ["emailDomain"] }, 400, "fields.unknown"],
      [{ format: "csv", fields: [] }, 400, "fields.unknown"],
      [{ format: "csv", where: { field: "colour", value: 1 } }, 400, "filter.unknown-field"],
      [{ format: "csv", where: { field: "createdAt", op: "gte", value: "soon" } }, 400, "filter.invalid-value"],
      [{ format: "csv", sort: ["colour"] }, 400, "sort.unknown-field"],
      [{ format: "csv", q: " " }, 400, "query.invalid"],
      [{ format: "pdf" }, 422, "request.invalid"],
      [{}, 422, "request.invalid"],
    ])("A33 refuses %j at once", async (body, status, code) => {
      const answer = await send<{ code: string }>(customer.admin, "POST", "/v1/contacts/exports", body);
      expect(answer).toMatchObject({ status, body: { code } });
    });

    it("needs the permission to export, and the one to read", async () => {
      for (const permission of ["customer.account.export", "customer.account.read"]) {
        const { [permission]: _, ...grants } = everything("all");
        const answer = await send({ ...customer.admin, grants }, "POST", "/v1/accounts/exports", { format: "csv" });
        expect(answer).toMatchObject({ status: 403, body: { code: "permission.denied" } });
      }
    });

    it("makes one export for one Idempotency-Key", async () => {
      const headers = { "idempotency-key": randomUUID() };
      const post = () => send(customer.admin, "POST", "/v1/tasks/exports", { format: "csv" }, headers);
      const [first, second] = [await post(), await post()];
      expect(second.body).toEqual(first.body);
      const { body } = await send<{ data: ExportView[] }>(customer.admin, "GET", "/v1/tasks/exports");
      expect(body.data.map(({ id }) => id)).toEqual([first.body.id]);
    });

    it("takes twenty that are not fetched, and no more", async () => {
      const somebody: TestCaller = { id: randomUUID(), grants: everything("own") };
      for (let n = 0; n < 20; n++) await ask("tasks", {}, somebody);
      const answer = await send(somebody, "POST", "/v1/tasks/exports", { format: "csv" });
      expect(answer).toMatchObject({ status: 409, body: { code: "export.too-many" } });
    });
  });

  describe("the file", () => {
    const TEXT = '=HYPERLINK("x")';

    beforeAll(async () => {
      await customer.create("accounts", {
        name: '华星, "科技"\n二部',
        industry: TEXT,
        website: "007.example",
        tags: ["a", "b"],
      });
      await customer.import("accounts", [
        { op: "create", data: { name: "Huaxing", externalIds: [{ system: "zoho", id: "0007" }] } },
      ]);
    });

    it.each(["csv", "xlsx"])(
      "A32 of %s reads back as it was: Chinese, line breaks, zeros, no formulas",
      async (format) => {
        const rows = await exported("accounts", {
          format,
          sort: ["createdAt"],
          fields: ["name", "industry", "website", "tags", "externalIds"],
        });
        expect(rows).toEqual([
          { name: '华星, "科技"\n二部', industry: TEXT, website: "007.example", tags: "a; b", "externalIds.zoho": "" },
          { name: "Huaxing", industry: "", website: "", tags: "", "externalIds.zoho": "0007" },
        ]);
      },
    );

    it("A32 holds no cell that a spreadsheet runs", async () => {
      const { url } = await made("accounts", { fields: ["industry"] });
      expect(await (await fetchFile(url!, customer.admin)).text()).toContain(`"'=HYPERLINK`);
    });

    it("has the fields of the company, and names beside references", async () => {
      await send(customer.admin, "POST", "/v1/tasks/fields", {
        name: "budget",
        type: "money",
        label: { en: "Budget", zh: "预算" },
      });
      await customer.create(
        "tasks",
        { subject: "call", custom: { budget: { amount: "1234567.89", currency: "USD" } } },
        li,
      );
      const [row] = await exported("tasks", { fields: ["subject", "custom", "ownerId"] }, li);
      expect(row).toEqual({ subject: "call", "custom.budget": "USD 1234567.89", ownerId: li.id, ownerName: "Li" });
    });

    it("is called after its resource, and is kept nowhere on the way", async () => {
      const { url, bytes } = await made("accounts", { fields: ["name"] });
      const { headers } = await fetchFile(url!, customer.admin);
      expect(headers.get("content-disposition")).toMatch(
        /^attachment; filename="accounts-\d{4}-\d\d-\d\d.csv"; filename\*=UTF-8''accounts-/,
      );
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
      expect(headers.get("content-length")).toBe(String(bytes));
    });

    it("is encrypted where it lies, and so is what was asked for", async () => {
      await customer.create("contacts", { lastName: "Zqmarker" });
      const { id } = await made("contacts", { where: { field: "lastName", value: "Zqmarker" } });
      const { rows } = await admin(
        `SELECT to_jsonb(j)::text || (SELECT string_agg(encode(sealed, 'escape'), '') FROM customer.export_chunk WHERE export_id = j.id)
           AS text FROM customer.export_job j WHERE id = $1`,
        [id],
      );
      expect(rows).toHaveLength(1);
      expect(String(rows[0]!["text"]).length).toBeGreaterThan(500);
      expect(rows[0]!["text"]).not.toContain("Zqmarker");
    });
  });

  describe("what is in it", () => {
    beforeAll(async () => {
      await customer.create("interactions", { kind: "note", occurredAt: new Date(), subject: "of li" }, li);
      await customer.create("interactions", { kind: "note", occurredAt: new Date(), subject: "of wang" }, wang);
      await customer.create("interactions", { kind: "note", occurredAt: new Date(), subject: "of another" });
    });
    const subjects = async (who: TestCaller, body: object = {}) =>
      (await exported("interactions", { fields: ["subject"], ...body }, who)).map(({ subject }) => subject).sort();
    const scoped = (read: string, taken: string): TestCaller => ({
      ...li,
      grants: {
        ...li.grants,
        "customer.interaction.read": read,
        "customer.interaction.export": taken,
      } as TestCaller["grants"],
    });

    it.each([
      ["all", "own", ["of li"]],
      ["own", "all", ["of li"]],
      ["team", "all", ["of li", "of wang"]],
      ["all", "team", ["of li", "of wang"]],
      ["all", "all", ["of another", "of li", "of wang"]],
    ])("A33 is what both scopes allow: read %s and export %s give %j", async (read, taken, expected) => {
      expect(await subjects(scoped(read, taken))).toEqual(expected);
      const where = {
        or: [
          { field: "createdAt", op: "isNull", value: false },
          { field: "subject", value: "x" },
        ],
      };
      expect(await subjects(scoped(read, taken), { where })).toEqual(expected);
    });

    it("A33 A08 is no hidden field, not even where nobody asks for one", async () => {
      const hiding = { ...customer.admin, fieldRules: { "customer.interaction": { subject: "hidden" } } } as TestCaller;
      const [row] = await exported("interactions", {}, hiding);
      expect(Object.keys(row!)).toContain("kind");
      expect(Object.keys(row!)).not.toContain("subject");
      const answer = await send(hiding, "POST", "/v1/interactions/exports", { format: "csv", fields: ["subject"] });
      expect(answer).toMatchObject({ status: 400, body: { code: "fields.unknown" } });
    });

    it("A33 is nothing encrypted for an API key", async () => {
      await customer.create("contacts", { lastName: "Qian", contactPoints: [{ kind: "email", value: "q@x.example" }] });
      const where = { field: "lastName", value: "Qian" };
      const [person] = await exported("contacts", { where });
      expect(person!["contactPoints"]).toContain("q@x.example");
      const [key] = await exported("contacts", { where }, { ...customer.admin, actorType: "api-key" });
      expect(key).toMatchObject({ lastName: "Qian" });
      expect(Object.keys(key!)).not.toContain("contactPoints");
    });

    it("A33 is as it was at one moment, whatever is written meanwhile", async () => {
      await send(customer.admin, "POST", "/v1/accounts/fields", {
        name: "rank",
        type: "number",
        label: { en: "Rank", zh: "排名" },
        sortable: true,
      });
      await customer.create("accounts", { name: "Seed" });
      const count = 4_000;
      await admin(
        `INSERT INTO customer.account SELECT (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(),
           'tags', '["snapshot"]'::jsonb, 'external_ids', '[]'::jsonb))).*
         FROM customer.account a, generate_series(1, $1) WHERE a.name = 'Seed'`,
        [count],
      );
      // Those with a rank lose it, and the others get one, all at once. In order of rank these are read after those.
      const turn = `
        WITH without AS (DELETE FROM customer.custom_value WHERE field = 'accounts.rank' RETURNING record_id)
        INSERT INTO customer.custom_value (record_id, field, n, number_value)
        SELECT id, 'accounts.rank', 0, 1 FROM (SELECT id FROM customer.account WHERE 'snapshot' = ANY(tags) ORDER BY id LIMIT $1 OFFSET $2) a
        WHERE id NOT IN (SELECT record_id FROM customer.custom_value WHERE field = 'accounts.rank')`;
      await admin(turn, [count / 2, 0]);
      const body = { where: { field: "tags", value: "snapshot" }, sort: ["custom.rank"], fields: ["id"] };
      const ids = [await ask("accounts", body), await ask("accounts", body), await ask("accounts", body)];
      let going = true;
      const writing = (async () => {
        for (let n = 1; going; n++) await admin(turn, [count / 2, n % 2 ? count / 2 : 0]);
      })();
      for (const id of ids) {
        const rows = await rowsOf(await ended("accounts", id));
        expect(rows).toHaveLength(count);
        expect(new Set(rows.map((row) => row["id"])).size).toBe(count);
      }
      going = false;
      await writing;
      await admin("DELETE FROM customer.custom_value WHERE field = 'accounts.rank'");
      await admin("DELETE FROM customer.account WHERE 'snapshot' = ANY(tags)");
    });
  });
});
