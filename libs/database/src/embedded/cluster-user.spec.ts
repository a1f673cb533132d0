import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canReach } from "./cluster-user.ts";

describe("canReach", () => {
  const stranger = { uid: 54_321, gid: 54_321 };
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "kehu-home-"));
    await mkdir(join(home, "kehu"));
  });
  afterEach(() => rm(home, { recursive: true }));

  it("sees that a private home shuts others out", async () => {
    await chmod(home, 0o700);
    expect(await canReach(stranger, join(home, "kehu", "not-yet-there"))).toBe(false);
  });

  it("lets others pass through a folder that they may enter, though not list", async () => {
    await chmod(home, 0o711);
    expect(await canReach(stranger, join(home, "kehu", "not-yet-there"))).toBe(true);
  });
});
