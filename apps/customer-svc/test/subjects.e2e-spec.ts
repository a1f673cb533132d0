import { eventually } from "@kehu/testing";
import { startCustomer, type Customer, type View } from "./customer.ts";

describe("POST /internal/persons/:id/part", () => {
  let customer: Customer;
  beforeAll(async () => {
    customer = await startCustomer();
  });
  afterAll(() => customer.close());

  const send = <B = unknown>(method: string, path: string, body?: object) =>
    customer.service.request<B>(customer.admin, method, path, { body });
  const define = async (name: string, more: object) => {
    const body = { name, label: { en: name, zh: name }, ...more };
    expect((await send("POST", "/v1/contacts/fields", body)).status).toBe(201);
  };

  it("has the fields of the company, retired ones, too", async () => {
    await define("hobby", { type: "text" });
    await define("shoeSize", { type: "number" });
    await define("employerId", { type: "reference", target: "account" });
    const employer = await customer.create("accounts", { name: "Huaxing" });
    const custom = { hobby: "chess", shoeSize: 42, employerId: employer.id };
    const contact = await customer.create("contacts", { lastName: "Wang", custom });
    expect((await send("DELETE", "/v1/contacts/fields/shoeSize")).status).toBe(204);
    await eventually(async () => {
      expect((await customer.get(`/v1/contacts/${contact.id}`))["custom"]).not.toHaveProperty("shoeSize");
    });
    const ids = { contactIds: [contact.id], leadIds: [] };
    const { status, body } = await send<{ kinds: { name: string; records: View[] }[] }>(
      "POST",
      `/internal/persons/${String(contact["personId"])}/part`,
      ids,
    );
    expect(status).toBe(200);
    const { records } = body.kinds.find(({ name }) => name === "contacts")!;
    expect(records).toMatchObject([{ id: contact.id, custom: { ...custom, employerName: "Huaxing" } }]);
  });
});
