import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { NODE_FLAGS } from "./environment.ts";

const ROOT = join(import.meta.dirname, "../..");
const K8S = "deploy/k8s/base";
/** Not where a comment names it. */
const PROGRAM = /dist\/main\.js(?!`)/g;

const textOf = (file: string) => readFileSync(join(ROOT, file), "utf8");
const ofK8s = readdirSync(join(ROOT, K8S)).map((name) => `${K8S}/${name}`);
const files = ["Dockerfile", "docker-compose.yml", "apps/customer-svc/test/apart.ts", ...ofK8s].filter(
  (file) => textOf(file).search(PROGRAM) >= 0,
);

describe("flags of Node", () => {
  it("are looked for wherever services are started", () => expect(files).toHaveLength(9));

  it.each(files)("%s has as npm start does, for each process", (file) => {
    const text = textOf(file);
    const processes = text.match(PROGRAM)!.length;
    const counts = NODE_FLAGS.map((flag) => [flag, text.split(flag).length - 1]);
    expect(counts).toEqual(NODE_FLAGS.map((flag) => [flag, processes]));
  });
});
