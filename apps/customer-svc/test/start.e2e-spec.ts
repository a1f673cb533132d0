import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { newSecret, testDatabase, type TestDatabase } from "@kehu/testing";
import { PersonalData } from "@kehu/personal-data";

const ROOT = join(import.meta.dirname, "../../..");
const PROGRAM = ["--conditions=source", "--import", "./tools/swc-hook.mjs", "apps/customer-svc/src/main.ts"];

describe("the start of a service that reads personal data", () => {
  let database: TestDatabase;
  let env: Record<string, string | undefined>;
  const master = newSecret();

  beforeAll(async () => {
    database = await testDatabase("customer");
    await PersonalData.open(database.open("customer"), [master]);
    env = {
      PORT: "0",
      DATABASE_URL: database.url("customer"),
      KEHU_INTERNAL_SECRET: newSecret(),
      KEHU_CURSOR_SECRET: newSecret(),
      KEHU_MASTER_KEY: master,
    };
  });
  afterAll(() => database.close());

  async function run(variables: Record<string, string | undefined>) {
    const child = spawn(process.execPath, PROGRAM, { cwd: ROOT, env: variables, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, "exit")) as [number | null];
    return { code, output };
  }

  it.each<[string, string, string | undefined]>([
    ["that is missing", "KEHU_MASTER_KEY", undefined],
    ["that is short", "KEHU_MASTER_KEY", "secret-val"],
    ["that is an example's", "KEHU_MASTER_KEY", "changeme-secret-val-changeme-secret-val-changeme"],
    ["that is short", "KEHU_MASTER_KEY_OTHER", "secret-val"],
    ["that is not this database's", "KEHU_MASTER_KEY", newSecret()],
  ])("A51 ends with code 78 for a master key %s, naming %s", async (_what, variable, value) => {
    const { code, output } = await run({ ...env, [variable]: value });
    expect({ code, output }).toMatchObject({ code: 78, output: expect.stringContaining(variable) as string });
    if (value) expect(output).not.toContain(value);
    expect(output).not.toContain(master);
  });
});
