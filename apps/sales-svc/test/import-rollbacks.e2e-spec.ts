import { eventually } from "@kehu/testing";
import { startSales, type Sales, type View } from "./sales.ts";

interface Import {
  id: string;
  status: string;
  created: number;
  updated: number;
  rolledBack: number;
  kept: number;
}
interface Rows {
  data: { kept: { code: string; fields: string[] } | null }[];
}

const stage = (name: string, category = "open", probability = 10) => ({ name, category, probability });
const ENDS = [stage("Won", "won", 100), stage("Lost", "lost", 0)];
const JSON_CELL = (value: object) => `"${JSON.stringify(value).replaceAll('"', '""')}"`;

describe("an import that is taken back", () => {
  let sales: Sales;

  beforeAll(async () => {
    sales = await startSales();
  });
  afterAll(() => sales.close());

  const ended = (resource: string, id: string) =>
    eventually(async () => {
      const now = (await sales.get(`${resource}/imports/${id}`)) as unknown as Import;
      expect(["completed", "failed", "rolled_back"]).toContain(now.status);
      return now;
    }, 30_000);

  async function imported(resource: string, options: object, ...lines: string[]): Promise<Import> {
    const form = new FormData();
    form.set("options", JSON.stringify(options));
    form.set("file", new Blob([lines.join("\r\n")]), "数据.csv");
    const headers = { authorization: `Bearer ${sales.service.tokenOf(sales.admin)}` };
    const answer = await fetch(`${sales.service.url}/v1/${resource}/imports`, { method: "POST", headers, body: form });
    const done = await ended(resource, ((await answer.json()) as Import).id);
    expect(done).toMatchObject({ status: "completed", failed: 0 });
    return done;
  }

  /** @returns how many records are as before, and why the others are not */
  async function takenBack(resource: string, { id }: Import) {
    expect((await sales.post(`${resource}/imports/${id}/rollback`)).status).toBe(202);
    const { rolledBack } = await ended(resource, id);
    const { data } = (await sales.get(`${resource}/imports/${id}/rows?rollback=kept`)) as unknown as Rows;
    return { rolledBack, kept: data.map(({ kept }) => kept) };
  }

  const pipeline = (name: string, ...stages: object[]): Promise<View> =>
    sales.done("pipelines", { name, stages: [...stages, ...ENDS] });
  async function deal(pipelineId: string, more: object = {}): Promise<View> {
    const accountId = await sales.known("account");
    return sales.done("opportunities", { name: "Deal", accountId, pipelineId, ...more });
  }
  const erp = (id: string) => [{ system: "erp", id }];
  const inUse = { code: "import.in-use", fields: [] };

  it("leaves a pipeline in which deals stand, and takes back one in which there are none", async () => {
    const stages = JSON_CELL([stage("First"), ...ENDS]);
    const mapping = { Name: "name", Stages: "stages" };
    const done = await imported("pipelines", { mapping }, "Name,Stages", `Used,${stages}`, `Unused,${stages}`);
    const gone = await deal((await sales.list("pipelines?filter[name]=Unused")).data[0]!.id);
    expect((await sales.service.request(sales.admin, "DELETE", `/v1/opportunities/${gone.id}`)).status).toBe(204);
    const { data } = await sales.list("pipelines?filter[name][in]=Used,Unused");
    const { id } = await deal(data.find(({ name }) => name === "Used")!.id);
    expect(await takenBack("pipelines", done)).toMatchObject({ rolledBack: 1, kept: [inUse] });
    expect((await sales.post(`opportunities/${id}/stage`, { stage: "First" })).status).toBeLessThan(300);
    expect((await sales.list("pipelines?filter[name][in]=Used,Unused")).data).toMatchObject([{ name: "Used" }]);
  });

  it("leaves stages in which deals stand", async () => {
    const { id } = await pipeline("Growing", stage("First"));
    const mapping = { Name: "name", Stages: "stages" };
    const stages = JSON_CELL([stage("First"), stage("Late"), ...ENDS]);
    const options = { mode: "update", matchBy: "name", mapping };
    const done = await imported("pipelines", options, "Name,Stages", `Growing,${stages}`);
    const late = await deal(id, { stage: "Late" });
    expect(await takenBack("pipelines", done)).toMatchObject({ rolledBack: 0, kept: [inUse] });
    const names = ((await sales.get(`pipelines/${id}`))["stages"] as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(["First", "Late", "Won", "Lost"]);
    expect((await sales.get(`opportunities/${late.id}`))["stage"]).toBe("Late");
  });

  it("leaves a stage of another category in which deals stand", async () => {
    const { id } = await pipeline("Held", stage("First"), stage("Late"));
    const options = { mode: "update", matchBy: "name", mapping: { Name: "name", Stages: "stages" } };
    const stages = JSON_CELL([stage("First"), stage("Late", "on_hold"), ...ENDS]);
    const done = await imported("pipelines", options, "Name,Stages", `Held,${stages}`);
    await deal(id, { stage: "Late" });
    expect(await takenBack("pipelines", done)).toMatchObject({ rolledBack: 0, kept: [inUse] });
  });

  it("puts no deal into a stage that is gone", async () => {
    const { id } = await pipeline("Shrinking", stage("A"), stage("B"));
    const { id: dealId } = await deal(id, { externalIds: erp("shrunk") });
    const options = { mode: "update", mapping: { ERP: "externalIds.erp", Stage: "stage" } };
    const done = await imported("opportunities", options, "ERP,Stage", "shrunk,B");
    expect((await sales.patch(`pipelines/${id}`, { stages: [stage("B"), ...ENDS] })).status).toBe(200);
    expect(await takenBack("opportunities", done)).toMatchObject({ rolledBack: 0, kept: [inUse] });
    expect((await sales.get(`opportunities/${dealId}`))["stage"]).toBe("B");
  });

  it("leaves a probability that belongs to a stage into which somebody has moved the deal", async () => {
    const { id } = await pipeline("Probable", stage("A"), stage("B", "open", 50));
    const { id: dealId } = await deal(id, { externalIds: erp("probable") });
    const options = { mode: "update", mapping: { ERP: "externalIds.erp", Probability: "probability" } };
    const done = await imported("opportunities", options, "ERP,Probability", "probable,33");
    await sales.done(`opportunities/${dealId}/stage`, { stage: "B" });
    expect(await takenBack("opportunities", done)).toMatchObject({ rolledBack: 0, kept: [{}] });
    expect(await sales.get(`opportunities/${dealId}`)).toMatchObject({ stage: "B", probability: 33 });
  });

  it("gives a deal its pipeline back only together with its stage", async () => {
    const [one, other] = [await pipeline("One", stage("A")), await pipeline("Other", stage("B"), stage("C"))];
    const moved = await deal(one.id, { externalIds: erp("moved") });
    const same = await deal(one.id, { externalIds: erp("same") });
    const mapping = { ERP: "externalIds.erp", Pipeline: "pipelineId", Stage: "stage", Step: "nextStep" };
    const rows = ["moved", "same"].map((id) => `${id},${other.id},B,call`);
    const options = { mode: "update", mapping };
    const done = await imported("opportunities", options, "ERP,Pipeline,Stage,Step", ...rows);
    await sales.done(`opportunities/${moved.id}/stage`, { stage: "C" });
    const { rolledBack, kept } = await takenBack("opportunities", done);
    expect({ rolledBack, kept }).toMatchObject({ rolledBack: 1, kept: [{ code: "import.changed-since" }] });
    const before = { pipelineId: one.id, stage: "A", nextStep: null };
    expect(await sales.get(`opportunities/${same.id}`)).toMatchObject(before);
    expect(await sales.get(`opportunities/${moved.id}`)).toMatchObject({ ...before, pipelineId: other.id, stage: "C" });
  });
});
