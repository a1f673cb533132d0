import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { copyOfTree, ROOT } from "../../planted/tree.ts";

const GUIDE = readFileSync(join(ROOT, "docs/adding-a-resource.md"), "utf8");
const BLOCKS = [...GUIDE.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block!);

describe("docs/adding-a-resource.md", () => {
  let tree: string;

  beforeAll(() => {
    tree = copyOfTree(["apps/**", "libs/**", "tools/**", "docs/**", "deploy/**", "*.md", "*.yml"]);
  });

  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  it("leads to a resource that passes check and tests", () => {
    expect(BLOCKS.length).toBeGreaterThanOrEqual(6);
    for (const block of BLOCKS) {
      const { status, stdout, stderr } = spawnSync("bash", ["-euo", "pipefail", "-c", block], {
        cwd: tree,
        encoding: "utf8",
        env: { ...process.env, TEST_DATABASE_URL: "", KEHU_TEST_RESULTS: "", NODE_OPTIONS: "" },
      });
      expect({ block, status, output: status === 0 ? "" : stdout + stderr }).toMatchObject({ status: 0 });
    }
  });
});
