import { existsSync, openAsBlob, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "@kehu/testing";
import { Kehu } from "./support/kehu.ts";
import { Person } from "./support/person.ts";

const START_MS = 240_000;
const PATIENCE_MS = 400_000;
const ROWS = 3_400;
/** Bytes of a cell in a column that is not imported: the file has 200 MB. */
const WIDE = 60_000;
/** Some 250 is what the processes take; whoever held the file, or the half of it, would be above this. */
const MOST_MEGABYTES = 350;

interface Import {
  id: string;
  status: string;
  bytes: number;
  created: number;
}

/** Peaks are read from /proc, which Linux has. */
if (!existsSync("/proc/self/clear_refs")) console.error("NOT RUN: how much memory a large import takes; not on Linux.");
else
  describe("an import of 200 MB", () => {
    let kehu: Kehu;
    let admin: Person;
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "kehu-large-"));
      kehu = await Kehu.start();
      admin = await Person.signIn(kehu.url);
    }, START_MS);
    afterAll(async () => {
      await kehu.remove();
      await rm(folder, { recursive: true });
    }, START_MS);

    const send = async () => {
      const path = join(folder, "contacts.csv");
      const file = await open(path, "w");
      await file.write("No,Last,Email,Notes\r\n");
      const notes = "客".repeat(WIDE / 3);
      for (let n = 0; n < ROWS; n++) await file.write(`${n},Li ${n},li-${n}@kehu.example,${n} ${notes}\r\n`);
      await file.close();
      const form = new FormData();
      const mapping = { No: "externalIds.old-crm", Last: "lastName", Email: "contactPoints.email" };
      form.set("options", JSON.stringify({ mode: "upsert", mapping }));
      form.set("file", await openAsBlob(path), "contacts.csv");
      const headers = { authorization: `Bearer ${admin.token}` };
      const answer = await fetch(`${kehu.url}/v1/contacts/imports`, { method: "POST", headers, body: form });
      expect(answer.status).toBe(202);
      return (await answer.json()) as Import;
    };
    const pids = () => kehu.install.running().map(({ name, pid }) => [name, pid] as const);
    const peaks = () =>
      pids().map(([name, pid]) => {
        const kilobytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
        return [name, Number(kilobytes) / 1_024] as const;
      });

    it("is kept in no process's memory, nor kills one", async () => {
      const before = pids();
      for (const [, pid] of before) writeFileSync(`/proc/${pid}/clear_refs`, "5");
      const { id, bytes } = await send();
      expect(bytes).toBeGreaterThan(190_000_000);
      const ended = await eventually(async () => {
        const { body } = await admin.ask<Import>("GET", `/v1/contacts/imports/${id}`);
        expect(["completed", "failed"]).toContain(body.status);
        return body;
      }, PATIENCE_MS);
      expect(ended).toMatchObject({ status: "completed", created: ROWS });
      expect(pids()).toEqual(before);
      expect(peaks().filter(([, megabytes]) => megabytes > MOST_MEGABYTES)).toEqual([]);
    });
  });
