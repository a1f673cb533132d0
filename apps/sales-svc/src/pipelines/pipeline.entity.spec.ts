import { EVENTS, type Stage } from "@kehu/contracts";
import { Pipeline } from "./pipeline.entity.ts";

const NOW = new Date("2026-01-02T03:04:05Z");
const STAGES: Stage[] = [
  { id: "0199c1a0-0000-7000-8000-0000000000c1", name: "Start", category: "open", probability: 10 },
  { id: "0199c1a0-0000-7000-8000-0000000000c2", name: "Won", category: "won", probability: 100 },
  { id: "0199c1a0-0000-7000-8000-0000000000c3", name: "Lost", category: "lost", probability: 0 },
];

const aPipeline = (data: Partial<Pipeline> = {}): Pipeline =>
  Object.assign(new Pipeline(), {
    id: "0199c1a0-0000-7000-8000-000000000006",
    version: 1,
    ownerId: null,
    externalIds: [],
    createdAt: NOW,
    updatedAt: NOW,
    deletedAt: null,
    name: "Sales",
    isDefault: false,
    stages: STAGES,
    ...data,
  });
const used = (pipeline: Pipeline, ...names: string[]) =>
  new Map([[pipeline.id, new Map(names.map((name) => [name, "open"]))]]);

describe("Pipeline", () => {
  it("states what the contract says, and nothing else", () => {
    const { pipeline } = EVENTS["sales.pipeline.created"].example;
    expect(Object.keys(aPipeline().state()).sort()).toEqual(Object.keys(pipeline).sort());
  });

  it("knows its stages by name when they come again without ids", () => {
    const again = STAGES.map(({ name, category, probability }) => ({ name, category, probability }));
    expect(aPipeline().update({ stages: again }, NOW, new Map())).toEqual([]);
  });

  it.each(["open", "won", "lost"])("needs a stage of the category %s", (missing) => {
    const stages = STAGES.map((stage) =>
      stage.category === missing ? { ...stage, category: "on_hold" as const } : stage,
    );
    expect(() => aPipeline().update({ stages }, NOW, new Map())).toThrow(
      expect.objectContaining({ code: "pipeline.stage-missing" }),
    );
  });

  it.each([
    ["go", STAGES.map((stage) => ({ ...stage, name: `${stage.name}!` }))],
    [
      "be of another category",
      [
        { ...STAGES[0]!, category: "on_hold" as const },
        { ...STAGES[0]!, id: undefined, name: "New" },
        ...STAGES.slice(1),
      ],
    ],
  ])("lets no stage in use %s", (_, stages) => {
    const pipeline = aPipeline();
    expect(() => pipeline.update({ stages }, NOW, used(pipeline, "Start"))).toThrow(
      expect.objectContaining({ code: "pipeline.stage-in-use", status: 409 }),
    );
    expect(pipeline.stages).toBe(STAGES);
  });

  it("goes only while nobody needs it", () => {
    const pipeline = aPipeline();
    expect(() => aPipeline({ isDefault: true }).remove(NOW, new Map())).toThrow(
      expect.objectContaining({ code: "pipeline.is-default" }),
    );
    expect(() => pipeline.remove(NOW, used(pipeline, "Start"))).toThrow(
      expect.objectContaining({ code: "pipeline.in-use" }),
    );
    expect(pipeline.remove(NOW, new Map())).toMatchObject([{ type: "sales.pipeline.deleted" }]);
  });
});
