import { EVENTS } from "@kehu/contracts";
import { eventually } from "@kehu/testing";
import { startSales, type Sales, type View } from "./sales.ts";

const STAGES = [
  { name: "Start", category: "open", probability: 20 },
  { name: "Waiting", category: "on_hold", probability: 20 },
  { name: "Won", category: "won", probability: 100 },
  { name: "Lost", category: "lost", probability: 0 },
];

describe("pipelines", () => {
  let sales: Sales;

  beforeAll(async () => {
    sales = await startSales();
  });

  afterAll(() => sales.close());

  const aPipeline = (data: object = {}) => sales.done("pipelines", { name: "Partners", stages: STAGES, ...data });
  const defaults = async () => (await sales.list("pipelines?filter[isDefault]=true")).data;
  const aDealIn = async (pipeline: View) =>
    sales.done("opportunities", { name: "Deal", accountId: await sales.known("account"), pipelineId: pipeline.id });

  describe("GET /v1/pipelines", () => {
    it("has a default pipeline from the first moment, of which the bus has heard", async () => {
      const [pipeline, ...others] = await defaults();
      expect(others).toEqual([]);
      expect(pipeline).toMatchObject({ name: "Sales", isDefault: true, ownerId: null, version: 1 });
      const [created] = await sales.eventsOf(pipeline!.id);
      expect(Object.keys(created!.data).sort()).toEqual(Object.keys(EVENTS["sales.pipeline.created"].example).sort());
      expect(await sales.post("operations/sales/snapshots", { concept: "sales.pipeline" })).toMatchObject({
        status: 202,
      });
      await eventually(async () => (await sales.eventsOf(pipeline!.id)).length === 2);
      const snapshot = (await sales.eventsOf(pipeline!.id)).at(-1)!;
      expect(created!.data["pipeline"]).toEqual(snapshot.data["pipeline"]);
      await eventually(async () => {
        const { rows } = await sales.database.admin.query("SELECT FROM bus.log WHERE key = $1", [pipeline!.id]);
        return rows.length === 2;
      });
      expect((await sales.list(`pipelines/${pipeline!.id}/history`)).data).toMatchObject([
        { event: "sales.pipeline.created" },
      ]);
    });
  });

  describe("POST /v1/pipelines", () => {
    it("gives each stage an id", async () => {
      const pipeline = await aPipeline();
      expect(pipeline).toMatchObject({
        isDefault: false,
        ownerId: null,
        stages: STAGES.map((stage) => ({ ...stage, id: expect.any(String) as string })),
      });
    });

    it.each([
      [[STAGES[0], STAGES[1], STAGES[2]], 422, "pipeline.stage-missing"],
      [[...STAGES, { ...STAGES[0], name: "START" }], 422, "pipeline.stage-twice"],
      [[...STAGES, { name: "x", category: "parked", probability: 1 }], 422, "request.invalid"],
      [[...STAGES, { name: "x", category: "open", probability: 101 }], 422, "request.invalid"],
      [[...STAGES, { name: "x", category: "open", probability: "1" }], 400, "request.malformed"],
      ["none", 400, "request.malformed"],
    ])("refuses the stages %j with %i %s", async (stages, status, code) => {
      expect(await sales.post("pipelines", { name: "x", stages })).toMatchObject({ status, body: { code } });
    });
  });

  describe("PATCH /v1/pipelines/:id", () => {
    it("rewrites the stages, which keep their ids by id or name", async () => {
      const pipeline = await aPipeline();
      const [start, waiting, won, lost] = pipeline["stages"] as View[];
      const stages = [
        { ...start, name: "Begin" },
        { name: "Proposal", category: "open", probability: 50 },
        STAGES[2],
        STAGES[3],
      ];
      const { body } = await sales.patch(`pipelines/${pipeline.id}`, { stages });
      const after = body["stages"] as View[];
      expect(after.map(({ id }) => id)).toEqual([start!.id, expect.not.stringMatching(waiting!.id), won!.id, lost!.id]);
      expect(after[0]).toMatchObject({ name: "Begin" });
    });

    it("A04 takes no stage of another pipeline", async () => {
      const [mine, other] = [await aPipeline(), await aPipeline()];
      const [foreign] = other["stages"] as View[];
      const stages = [{ ...STAGES[0], id: foreign!.id }, ...STAGES.slice(1)];
      const refused = {
        status: 422,
        body: { code: "pipeline.stage-unknown", errors: [{ field: "stages.0.id" }] },
      };
      expect(await sales.patch(`pipelines/${mine.id}`, { stages })).toMatchObject(refused);
      expect(await sales.post("pipelines", { name: "x", stages })).toMatchObject(refused);
      expect(await sales.get(`pipelines/${mine.id}`)).toMatchObject({ version: 1, stages: mine["stages"] });
    });

    it("keeps a stage in which an opportunity stands", async () => {
      const pipeline = await aPipeline();
      const deal = await aDealIn(pipeline);
      const stages = [{ name: "Other", category: "open", probability: 1 }, ...STAGES.slice(1)];
      expect(await sales.patch(`pipelines/${pipeline.id}`, { stages })).toMatchObject({
        status: 409,
        body: { code: "pipeline.stage-in-use", stages: ["Start"] },
      });
      const moved = [{ ...STAGES[0], probability: 30 }, ...STAGES.slice(2)];
      expect(await sales.patch(`pipelines/${pipeline.id}`, { stages: moved })).toMatchObject({ status: 200 });
      expect(await sales.get(`opportunities/${deal.id}`)).toMatchObject({ stage: "Start", probability: 20 });
    });

    it("lets no opportunity into a stage that goes at the same moment", async () => {
      for (let round = 0; round < 5; round++) {
        const pipeline = await aPipeline({ stages: [...STAGES, { name: "Late", category: "open", probability: 60 }] });
        const deal = await aDealIn(pipeline);
        const [move, rewrite] = await Promise.all([
          sales.post(`opportunities/${deal.id}/stage`, { stage: "Late" }),
          sales.patch(`pipelines/${pipeline.id}`, { stages: STAGES }),
        ]);
        expect([
          [200, 409],
          [422, 200],
        ]).toContainEqual([move.status, rewrite.status]);
      }
    });
  });

  describe("POST /v1/pipelines/:id/make-default", () => {
    it("has exactly one default, and tells of both", async () => {
      const [former] = await defaults();
      const next = await aPipeline();
      expect(await sales.done(`pipelines/${next.id}/make-default`)).toMatchObject({ isDefault: true, version: 2 });
      expect((await defaults()).map(({ id }) => id)).toEqual([next.id]);
      expect((await sales.eventsOf(former!.id)).at(-1)).toMatchObject({
        type: "sales.pipeline.updated",
        data: { changed: ["isDefault"], pipeline: { isDefault: false } },
      });
      expect(await sales.done(`pipelines/${next.id}/make-default`)).toMatchObject({ version: 2 });
    });

    it("ends with one default however many ask at once", async () => {
      const pipelines = [await aPipeline(), await aPipeline(), await aPipeline()];
      const asked = Array.from({ length: 12 }, (_, n) => sales.post(`pipelines/${pipelines[n % 3]!.id}/make-default`));
      expect(new Set((await Promise.all(asked)).map(({ status }) => status))).toEqual(new Set([200]));
      expect(await defaults()).toHaveLength(1);
    });
  });

  describe("DELETE /v1/pipelines/:id", () => {
    it("takes one that nobody needs, and brings it back", async () => {
      const { id } = await aPipeline();
      expect(await sales.service.request(sales.admin, "DELETE", `/v1/pipelines/${id}`)).toMatchObject({ status: 204 });
      expect(await sales.done(`pipelines/${id}/restore`)).toMatchObject({ id, version: 3 });
    });

    it("keeps the default one and one in use", async () => {
      const [pipeline] = await defaults();
      const used = await aPipeline();
      await aDealIn(used);
      for (const [id, code] of [
        [pipeline!.id, "pipeline.is-default"],
        [used.id, "pipeline.in-use"],
      ] as const) {
        expect(await sales.service.request(sales.admin, "DELETE", `/v1/pipelines/${id}`)).toMatchObject({
          status: 409,
          body: { code },
        });
      }
    });
  });

  describe("POST /v1/pipelines/bulk", () => {
    it("upserts a pipeline of another system, and changes nothing the second time", async () => {
      const row = {
        op: "upsert",
        matchBy: "externalId",
        data: { name: "Zoho", stages: STAGES, externalIds: [{ system: "zoho", id: "pipeline" }] },
      };
      const [first] = await sales.import("pipelines", [row]);
      expect(first).toMatchObject({ outcome: "created" });
      expect(await sales.import("pipelines", [row])).toMatchObject([{ outcome: "unchanged", id: first!.id }]);
    });
  });
});
