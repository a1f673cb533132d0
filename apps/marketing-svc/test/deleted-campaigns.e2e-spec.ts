import { anAdministrator, startService, testDatabase, type TestDatabase, type TestService } from "@kehu/testing";

interface View {
  id: string;
  code?: string;
  [field: string]: unknown;
}

describe("members of a deleted campaign", () => {
  const admin = anAdministrator();
  let database: TestDatabase;
  let service: TestService;
  const send = (method: string, path: string, body?: object) =>
    service.request<View>(admin, method, `/v1/${path}`, { body });

  beforeAll(async () => {
    database = await testDatabase("marketing");
    const load = () => import("../src/app.module.ts");
    service = await startService({ name: "marketing", schema: "marketing" }, load, database);
  });
  afterAll(async () => {
    await service.close();
    await database.close();
  });

  it("stay as they are, hear of what became of their mail, and get no new ones", async () => {
    const campaign = (await send("POST", "campaigns", { name: "春季" })).body;
    const member = (await send("POST", "campaign-members", { campaignId: campaign.id, name: "Gemmill" })).body;
    expect((await send("DELETE", `campaigns/${campaign.id}`)).status).toBe(204);
    expect((await send("GET", `campaign-members/${member.id}`)).body).toMatchObject({ campaignId: campaign.id });
    expect((await send("GET", `campaign-members?filter[campaignId]=${campaign.id}`)).body["data"]).toHaveLength(1);
    expect(await send("POST", `campaign-members/${member.id}/status`, { status: "bounced" })).toMatchObject({
      status: 200,
    });
    expect(await send("POST", "campaign-members", { campaignId: campaign.id, name: "Late" })).toMatchObject({
      status: 422,
      body: { code: "reference.unknown" },
    });
    expect((await send("POST", `campaigns/${campaign.id}/restore`)).status).toBe(200);
    expect((await send("GET", `campaign-members/${member.id}`)).body).toMatchObject({ campaignName: "春季" });
  });
});
