import { BadServer, type Behaviour, type Seen } from "./bad-server.ts";
import { Client } from "./client.ts";
import { ImportJobs } from "./import-jobs.ts";
import type { FileTable, Mapping } from "./mapping.ts";
import { rollBackRuns } from "./rollback.ts";

const table = (file: string, resource: string): FileTable => ({
  file,
  resource,
  type: resource,
  key: [],
  repeatedKey: "fails",
  fields: {},
  unused: [],
});
const MAPPING: Mapping = {
  system: "old",
  prerequisites: [
    { name: "role", resource: "roles", match: {} },
    { name: "pipeline", resource: "pipelines", match: {}, create: {} },
  ],
  files: [table("A.csv", "as"), table("B.csv", "bs")],
};
const [FIRST, SECOND] = ["20260101T000000000Z", "20260102T000000000Z"];
const JOBS: Record<string, [id: string, fileName: string, status: string][]> = {
  pipelines: [["1", `old-${FIRST}-pipeline.csv`, "completed"]],
  as: [
    ["6", `old-${SECOND}-A.csv`, "running"],
    ["5", "A.csv", "completed"],
    ["4", `new-${FIRST}-A.csv`, "completed"],
    ["2", `old-${FIRST}-A.csv`, "failed"],
  ],
  bs: [
    ["7", `old-${SECOND}-B.csv`, "rolled_back"],
    ["3", `old-${FIRST}-B.csv`, "completed"],
  ],
};

describe("rollBackRuns", () => {
  let server: BadServer;
  const undone = new Set<string>();

  const behave = ({ method, path }: Seen): Behaviour => {
    const [, , resource = "", , rest = ""] = path.split(/[/?]/);
    const jobs = JOBS[resource];
    if (!jobs) return { status: 400, body: { code: "id.malformed" } };
    const view = ([id, fileName, status]: (typeof jobs)[number]) => ({
      id,
      fileName,
      status: undone.has(id) ? "rolled_back" : status,
      rolledBack: 5,
      kept: 1,
      changedAt: "",
    });
    if (path.includes("?")) return { status: 200, body: { data: jobs.map(view), page: { nextCursor: null } } };
    if (method === "POST" && rest !== "3") undone.add(rest);
    // An answer that was lost: it is on its way already.
    if (method === "POST" && rest === "3" && undone.has("3"))
      return { status: 409, body: { code: "import.not-ended" } };
    if (method === "POST") undone.add(rest);
    if (method === "POST" && rest === "3") return "cut";
    const job = view(jobs.find(([id]) => id === rest)!);
    return { status: 200, body: { ...job, status: job.status === "running" ? "completed" : job.status } };
  };
  const rolledBack = async (run: string | undefined) => {
    undone.clear();
    server = new BadServer(behave);
    const client = new Client(await server.start(), { email: "a@example.com", password: "b" }, 20_000, () => undefined);
    const lines = await rollBackRuns(new ImportJobs(client, 20_000), MAPPING, run, () => undefined);
    const order = server.asked.filter(({ method }) => method === "POST").map(({ path }) => path);
    return { lines, order: [...new Set(order)] };
  };
  afterEach(() => server.stop());

  it("takes back what one run has made, what came last first, and says what stays", async () => {
    const { lines, order } = await rolledBack(FIRST);
    expect(order).toEqual([
      "/v1/bs/imports/3/rollback",
      "/v1/as/imports/2/rollback",
      "/v1/pipelines/imports/1/rollback",
    ]);
    expect(lines[0]).toBe(`${FIRST}  B.csv: 5 bs taken back, 1 kept as they are`);
  });

  it("takes back all runs, once what is at work has ended, and nothing that others have imported", async () => {
    const { order } = await rolledBack(undefined);
    expect(order.map((path) => path.split("/")[4])).toEqual(["6", "3", "2", "1"]);
  });
});
