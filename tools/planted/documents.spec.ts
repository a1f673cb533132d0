import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { copyOfTree, plant } from "./tree.ts";

const APP = "customer-svc";
const API = `apps/${APP}/openapi.json`;
const RELEASED_API = `docs/released/${APP}.openapi.json`;
const RELEASED_EVENTS = "libs/contracts/released/events.json";
const TYPE = "customer.account.created";

let tree: string;

beforeAll(() => {
  tree = copyOfTree(["{apps,libs}/*/{dist,src}/**/*.{js,ts}", "tools/*.ts"]);
  expect(documents("--release")).toMatchObject({ status: 0 });
}, 60_000);

afterAll(() => rmSync(tree, { recursive: true }));

describe("npm run openapi -- --check", () => {
  it("is content with what was just generated and released", () => {
    expect(documents("--check")).toEqual({ status: 0, output: "" });
  });

  it("names each document that is stale and each change that breaks a client or a consumer", () => {
    const api = read<{ info: object; paths: Record<string, object> }>(API);
    plantJson("docs/asyncapi.json", {});
    plantJson(API, { ...api, info: {} });
    plantJson(RELEASED_API, { ...api, paths: { ...api.paths, "/v1/vanished": { get: {} } } });
    const events = read<Record<string, { data: { properties: Record<string, object> } }>>(RELEASED_EVENTS);
    events[TYPE]!.data.properties["vanished"] = { type: "string" };
    plantJson(RELEASED_EVENTS, { ...events, "customer.account.vanished": events[TYPE] });

    const { status, output } = documents("--check");
    expect(status).toBe(1);
    expect(output.trim().split("\n").sort()).toEqual(
      [
        "docs/asyncapi.json is stale: npm run openapi",
        `${API} is stale: npm run openapi`,
        `${APP}: GET /v1/vanished: removed`,
        `${TYPE}: data.vanished: removed (raise its version, or only add)`,
        "customer.account.vanished: removed",
      ].sort(),
    );
  });
});

function documents(...options: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["tools/openapi.ts", ...options], {
    cwd: tree,
    env: { ...process.env, NODE_OPTIONS: "" },
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
}

const read = <T>(path: string) => JSON.parse(readFileSync(join(tree, path), "utf8")) as T;
const plantJson = (path: string, content: object) => plant(tree, { [path]: JSON.stringify(content) });
