import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyOfRepository, ROOT } from "../../planted/tree.ts";

const GUIDE = readFileSync(join(ROOT, "docs/adding-a-resource.md"), "utf8");
const BLOCKS = [...GUIDE.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = "", text = ""]) => ({
  language,
  text,
}));

/** How a reader follows a block of each language. */
const FOLLOW: Readonly<Record<string, (text: string, tree: string) => void>> = { sh: runShell, diff: edit };

describe("docs/adding-a-resource.md", () => {
  let tree: string;

  beforeAll(() => {
    tree = copyOfRepository();
  });

  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  it("leads, block by block, to a resource that passes check and tests", () => {
    expect(BLOCKS.at(-1)!.text).toMatch(/^npm run check\nnpm test -- macros\n$/m);
    for (const { language, text } of BLOCKS) {
      const follow = FOLLOW[language];
      if (!follow) throw new Error(`Nobody follows a block of "${language}":\n${text}`);
      follow(text, tree);
    }
  });
});

function runShell(script: string, tree: string): void {
  const { status, stdout, stderr } = spawnSync("bash", ["-euxo", "pipefail", "-c", script], {
    cwd: tree,
    encoding: "utf8",
    env: { ...process.env, TEST_DATABASE_URL: "", KEHU_TEST_RESULTS: "", NODE_OPTIONS: "" },
  });
  if (status !== 0) throw new Error(`Exit code ${status} of\n${script}\n${stdout}${stderr}`);
}

/** `+++ <file>` begins the changes to a file; `@@` stands between two of its places. */
function edit(diff: string, tree: string): void {
  const [nameless, ...files] = diff.split(/^\+\+\+ /m);
  if (nameless !== "") throw new Error(`These changes name no file:\n${nameless}`);
  for (const changes of files) {
    const end = changes.indexOf("\n");
    const file = join(tree, changes.slice(0, end));
    const places = changes.slice(end + 1).split(/^@@\n/m);
    writeFileSync(file, places.reduce(editPlace, readFileSync(file, "utf8")));
  }
}

function editPlace(source: string, place: string): string {
  const lines = place.split(/(?<=\n)/);
  const without = (mark: string) => lines.filter((line) => !line.startsWith(mark)).map((line) => line.slice(1));
  const [before, after, ...more] = source.split(without("+").join(""));
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`This place is not there, or not only once:\n${place}`);
  }
  return before + without("-").join("") + after;
}
