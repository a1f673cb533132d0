import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Logger } from "@nestjs/common";
import { Clock } from "@kehu/records";
import { testDatabase, type TestDatabase } from "@kehu/testing";
import { Heads } from "../apps/gateway/src/audit/heads.service.ts";
import { Sealer } from "../apps/gateway/src/audit/sealer.service.ts";
import type { Config } from "../apps/gateway/src/gateway-config.ts";
import { writeEntries } from "../apps/gateway/test/tampering.ts";

describe("npm run audit -- verify", () => {
  let database: TestDatabase;
  const auditDir = mkdtempSync(join(tmpdir(), "kehu-audit-"));

  beforeAll(async () => {
    Logger.overrideLogger(false);
    database = await testDatabase("identity");
    const identity = database.open("identity");
    await writeEntries(database, 20);
    await new Sealer(identity).seal();
    await new Heads({ auditDir } as Config, identity, new Clock()).tell();
    await writeEntries(database, 1);
  });
  afterAll(() => database.close());

  /** Runs the command as the role of the application. */
  const run = (args: string[], folder = auditDir) => {
    const env = { ...process.env, NODE_OPTIONS: "", DATABASE_URL: database.url("identity"), KEHU_AUDIT_DIR: folder };
    const cwd = join(import.meta.dirname, "..");
    const { status, stdout, stderr } = spawnSync(process.execPath, ["tools/audit.ts", ...args], { cwd, env });
    return { status, stdout: stdout.toString(), stderr: stderr.toString() };
  };

  it("says what is good", () => {
    expect(run(["verify"])).toMatchObject({
      status: 0,
      stdout: "20 entries are as they were sealed, and agree with 2 signed heads; 1 wait.\n",
    });
  });

  it("wants the heads, unless it is told to do without", () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "kehu-audit-"));
    expect(run(["verify"], elsewhere)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("no signed head") as string,
    });
    expect(run(["verify", "--without-heads"], elsewhere)).toMatchObject({ status: 0 });
  });

  it("says where a head cannot be read", () => {
    const broken = mkdtempSync(join(tmpdir(), "kehu-audit-"));
    writeFileSync(join(broken, "heads.jsonl"), '{"seq":');
    expect(run(["verify"], broken)).toMatchObject({
      status: 1,
      stderr: `${join(broken, "heads.jsonl")} holds a line that is no head.\n`,
    });
  });

  it("ends with 1 and names the first entry that is broken", async () => {
    await database.admin.query("UPDATE identity.audit_entry SET address = '10.9.9.9' WHERE id IN (7, 12)");
    expect(run(["verify"])).toMatchObject({ status: 1, stderr: "Entry 7 (seal 7) is not what was sealed.\n" });
  });

  it("shows how it is used", () => {
    expect(run([])).toMatchObject({ status: 64, stderr: "Usage: npm run audit -- verify [--without-heads]\n" });
  });
});
