import { anAdministrator, type TestCaller } from "@kehu/testing";
import { startSales, type Sales, type View } from "./sales.ts";

const LEAD = { lastName: "郑", email: "sable-marker@huaxing.example", phone: "+8613800136688" };

describe("what is encrypted in leads, for an API key", () => {
  let sales: Sales;
  let lead: View;
  const key: TestCaller = { ...anAdministrator(), actorType: "api-key" };

  beforeAll(async () => {
    sales = await startSales();
    lead = await sales.done("leads", LEAD, key);
  });
  afterAll(() => sales.close());

  it("A06 is in no ordinary answer, and set by the key all the same", async () => {
    await sales.patch(`leads/${lead.id}`, { phone: "+8613800136699" }, key);
    await sales.patch(`leads/${lead.id}`, { phone: LEAD.phone }, key);
    const answers = [
      lead,
      await sales.get(`leads/${lead.id}`, key),
      await sales.list("leads", key),
      await sales.list(`leads/${lead.id}/history`, key),
      (await sales.post(`leads/${lead.id}/contact`, undefined, key)).body,
    ];
    const text = JSON.stringify(answers);
    for (const shown of [LEAD.email, "138001366", '"email"', '"phone"']) expect(text).not.toContain(shown);
    expect(await sales.get(`leads/${lead.id}`)).toMatchObject(LEAD);
    for (const query of ["filter[email]=a@b.cn", "filter[emailDomain]=b.cn", "filter[phoneEnding]=1", "fields=phone"])
      expect((await sales.service.request(key, "GET", `/v1/leads?${query}`)).status).toBe(400);
  });

  it("POST /internal/leads/:id/reveal shows e-mail and phone within the scope of the permission", async () => {
    const reveal = (who: TestCaller) => sales.service.request(who, "POST", `/internal/leads/${lead.id}/reveal`);
    const { email, phone } = LEAD;
    expect(await reveal(key)).toMatchObject({ status: 200, body: { email, phone } });
    const reading = { "sales.lead.read": "all" } as const;
    const missing = await reveal({ ...key, grants: reading });
    expect(missing).toMatchObject({ status: 403, body: { code: "permission.denied" } });
    const stranger: TestCaller = { ...anAdministrator(), grants: { ...reading, "sales.lead.reveal": "own" } };
    const beyond = await reveal(stranger);
    expect(beyond).toMatchObject({ status: 403, body: { code: "record.not-revealable" } });
  });
});
