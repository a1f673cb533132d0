import {
  anAdministrator,
  eventually,
  publish,
  startService,
  testDatabase,
  type TestDatabase,
  type TestService,
} from "@kehu/testing";
import { randomUUID } from "node:crypto";

interface RecordView {
  id: string;
  [field: string]: unknown;
}

describe("sales.lead.erased", () => {
  const admin = anAdministrator();
  let database: TestDatabase;
  let service: TestService;
  let campaignId: string;

  beforeAll(async () => {
    database = await testDatabase("marketing");
    const load = () => import("../src/app.module.ts");
    service = await startService({ name: "marketing", schema: "marketing" }, load, database);
    campaignId = (await send<RecordView>("POST", "campaigns", { name: "春季" })).id;
  });
  afterAll(async () => {
    await service.close();
    await database.close();
  });

  const send = async <B>(method: string, path: string, body?: object) =>
    (await service.request<B>(admin, method, `/v1/${path}`, { body })).body;
  const keysOf = async (...personIds: string[]) => {
    const sql = "SELECT wrapped FROM bus.person_key WHERE person_id = ANY($1)";
    return (await database.admin.query<{ wrapped: string }>(sql, [personIds])).rows.map(({ wrapped }) => wrapped);
  };

  it("makes unreadable what was said of a member before it was known who he is", async () => {
    const member = await send<RecordView>("POST", "campaign-members", { campaignId, name: "Wang Wei" });
    const stranger = await send<RecordView>("POST", "campaign-members", { campaignId, name: "Li Na" });
    await send("PATCH", `campaign-members/${member.id}`, { name: "Wang Wai" });
    const lead = { id: randomUUID(), personId: randomUUID() };
    await publish(database, "sales.lead.created", lead);
    await eventually(async () => {
      const linked = await send("PATCH", `campaign-members/${member.id}`, { leadId: lead.id });
      expect(linked).toMatchObject({ personId: lead.personId });
    });
    await publish(database, "sales.lead.erased", { ...lead, firstName: null, lastName: "(erased)" }, 2);
    await eventually(async () => {
      expect(await send("GET", `campaign-members/${member.id}`)).toMatchObject({ name: "(erased)" });
    });
    expect(await keysOf(member.id, lead.personId)).toEqual(["", ""]);
    const { data } = await send<{ data: RecordView[] }>("GET", `campaign-members/${member.id}/history`);
    const names = data.filter(({ field }) => field === "name");
    expect(names).toMatchObject([
      { before: null, after: null },
      { before: null, after: null },
    ]);
    expect(await keysOf(stranger.id)).toEqual([expect.stringMatching(/./)]);
  });

  it("does so, too, where a member turns out to be somebody who was erased before", async () => {
    const member = await send<RecordView>("POST", "campaign-members", { campaignId, name: "Wang Wei" });
    const lead = { id: randomUUID(), personId: randomUUID() };
    await publish(database, "sales.lead.created", lead);
    await database.admin.query(
      `INSERT INTO bus.person_key (person_id, key_id, master_key_id, wrapped, destroyed_at) VALUES ($1, $2, '', '', now())`,
      [lead.personId, "erasedbefore"],
    );
    await eventually(async () => {
      const linked = await send("PATCH", `campaign-members/${member.id}`, { leadId: lead.id, name: null });
      expect(linked).toMatchObject({ personId: lead.personId });
    });
    expect(await keysOf(member.id)).toEqual([""]);
  });

  it("makes no key for a member whose own there never was", async () => {
    const lead = { id: randomUUID(), personId: randomUUID() };
    await publish(database, "sales.lead.created", lead);
    const member = await eventually(async () => {
      const made = await send<RecordView>("POST", "campaign-members", { campaignId, leadId: lead.id, name: "Wang" });
      expect(made).toMatchObject({ personId: lead.personId });
      return made;
    });
    await publish(database, "sales.lead.erased", { ...lead, firstName: null, lastName: "(erased)" }, 2);
    await eventually(async () => expect(await keysOf(lead.personId)).toEqual([""]));
    expect(await keysOf(member.id)).toEqual([]);
  });
});
