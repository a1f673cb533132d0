import { startSales, type Sales } from "./sales.ts";

const STAGES = [
  { name: "Prospect", category: "open", probability: 10 },
  { name: "Negotiation/Review", category: "open", probability: 80 },
  { name: "Closed Won", category: "won", probability: 100 },
  { name: "Closed Lost", category: "lost", probability: 0 },
];
const USD = (amount: string) => ({ amount, currency: "USD" });
const zoho = (id: string) => ({ externalId: { system: "zoho", id } });

describe("POST /v1/opportunities/bulk", () => {
  let sales: Sales;

  beforeAll(async () => {
    sales = await startSales();
    await sales.import("pipelines", [
      {
        op: "upsert",
        matchBy: "externalId",
        data: { name: "Zoho", stages: STAGES, externalIds: [{ system: "zoho", id: "pipeline" }] },
      },
    ]);
    await sales.import("leads", [
      {
        op: "upsert",
        matchBy: "externalId",
        data: { lastName: "Lewis", status: "converted", externalIds: [{ system: "zoho", id: "1832" }] },
      },
    ]);
  });

  afterAll(() => sales.close());

  const row = (id: string, data: object) => ({
    op: "upsert",
    matchBy: "externalId",
    data: {
      name: "Lewis, James",
      pipelineId: zoho("pipeline"),
      createdAt: "2021-04-15T00:02:00Z",
      externalIds: [{ system: "zoho", id }],
      ...data,
    },
  });
  const ROWS = [
    row("P1", { stage: "Prospect", leadId: zoho("1832"), amount: USD("22700.00") }),
    row("P2", { stage: "Closed Won", closedAt: "2021-05-01T00:03:00Z", amount: USD("100.00"), probability: 0 }),
    row("P3", { stage: "Closed Lost", closedAt: "2021-05-02T00:00:00Z", lostReason: "price" }),
  ];

  it("takes deals in any stage, without account and contact, and tells how they ended", async () => {
    const results = await sales.import("opportunities", ROWS);
    expect(results.map(({ outcome, errors }) => [outcome, errors])).toEqual(ROWS.map(() => ["created", []]));
    const told = await Promise.all(results.map(async ({ id }) => (await sales.eventsOf(id!)).map(({ type }) => type)));
    expect(told).toEqual([
      ["sales.opportunity.created"],
      ["sales.opportunity.created", "sales.opportunity.won"],
      ["sales.opportunity.created", "sales.opportunity.lost"],
    ]);
    expect(await sales.get(`opportunities/${results[0]!.id}`)).toMatchObject({
      leadName: "Lewis",
      accountId: null,
      stageSince: "2021-04-15T00:02:00.000Z",
      probability: 10,
    });
    expect(await sales.get(`opportunities/${results[1]!.id}`)).toMatchObject({
      stageCategory: "won",
      probability: 100,
      closedAt: "2021-05-01T00:03:00.000Z",
      stageSince: "2021-05-01T00:03:00.000Z",
      createdAt: "2021-04-15T00:02:00.000Z",
      baseAmount: USD("100.00"),
    });
    expect(await sales.get(`opportunities/${results[2]!.id}`)).toMatchObject({ lostReason: "price" });
  });

  it("changes nothing the second time", async () => {
    expect((await sales.import("opportunities", ROWS)).map(({ outcome }) => outcome)).toEqual([
      "unchanged",
      "unchanged",
      "unchanged",
    ]);
  });

  it("changes a deal without saying where it stands", async () => {
    const [made] = await sales.import("opportunities", [row("P4", { stage: "Closed Won", amount: USD("5.00") })]);
    const [changed] = await sales.import("opportunities", [
      { op: "update", id: made!.id, data: { nextStep: "Deliver" } },
    ]);
    expect(changed).toMatchObject({ outcome: "updated", errors: [] });
    const deal = await sales.get(`opportunities/${made!.id}`);
    expect(deal).toMatchObject({ nextStep: "Deliver", stage: "Closed Won", version: 3 });
    expect((await sales.eventsOf(made!.id!)).at(-1)).toMatchObject({ type: "sales.opportunity.updated" });
  });

  it("tells a later end with the times of the other system, and keeps the dwell", async () => {
    const [result] = await sales.import("opportunities", [
      row("P1", { stage: "Closed Won", closedAt: "2021-06-14T00:02:00Z" }),
    ]);
    expect(result).toMatchObject({ outcome: "updated" });
    expect((await sales.eventsOf(result!.id!)).at(-1)).toMatchObject({
      type: "sales.opportunity.won",
      data: { from: "Prospect" },
    });
    const moves = (await sales.list(`opportunities/${result!.id}/stages`)).data;
    expect(moves).toMatchObject([
      { from: null, to: "Prospect", at: "2021-04-15T00:02:00.000Z", dwellSeconds: null },
      { from: "Prospect", to: "Closed Won", at: "2021-06-14T00:02:00.000Z", dwellSeconds: 60 * 86_400 },
    ]);
  });

  it("fails what does not hang together, and leaves the rest of the batch", async () => {
    const results = await sales.import("opportunities", [
      row("F1", { stage: "Nowhere" }),
      row("F2", { stage: "Prospect", closedAt: "2021-05-01T00:00:00Z" }),
      row("F3", { stage: "Closed Won", closedAt: "2020-05-01T00:00:00Z" }),
      row("F4", { stage: "Closed Won", lostReason: "price" }),
      row("F5", { amount: { amount: "1.00", currency: "EUR" } }),
      row("F6", { leadId: zoho("none") }),
      row("F7", { name: undefined }),
      row("F8", {}),
    ]);
    expect(results.map(({ outcome, errors }) => [outcome, errors[0]?.code])).toEqual([
      ["failed", "stage.unknown"],
      ["failed", "opportunity.not-closed"],
      ["failed", "opportunity.closed-before-created"],
      ["failed", "opportunity.not-lost"],
      ["failed", "currency.no-rate"],
      ["failed", "reference.unknown"],
      ["failed", "field.required"],
      ["created", undefined],
    ]);
  });

  it("takes a stage from an import only", async () => {
    const body = {
      operations: [
        {
          op: "create",
          data: { name: "x", accountId: await sales.known("account"), closedAt: "2021-05-01T00:00:00Z" },
        },
      ],
    };
    const { body: answer } = await sales.post("opportunities/bulk", body);
    expect(answer["results"]).toMatchObject([
      { outcome: "failed", errors: [{ field: "closedAt", code: "field.unknown" }] },
    ]);
  });
});
