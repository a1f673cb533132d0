import { randomUUID } from "node:crypto";
import { eventually } from "@kehu/testing";
import { Importing } from "./importing.ts";

const CLOSED_MS = 20_000;

describe("an import that waits for records of another service", () => {
  it("keeps no process from its end, and is left for the next one", async () => {
    const importing = await Importing.start();
    const { admin } = importing.customer.database;
    const stateOf = async (id: string) =>
      (await admin.query<{ status: string }>("SELECT status FROM customer.import_job WHERE id = $1", [id])).rows[0]!
        .status;
    const links = `"[{""type"":""lead"",""id"":""${randomUUID()}""}]"`;
    const { body } = await importing.upload("interactions", `Kind,At,Links\r\ncall,2026-01-02T03:04:05Z,${links}\r\n`, {
      mapping: { Kind: "kind", At: "occurredAt", Links: "links" },
      patience: 900,
    });
    await eventually(async () => (await stateOf(body.id)) === "running");
    const began = performance.now();
    await importing.customer.service.close();
    expect(performance.now() - began).toBeLessThan(CLOSED_MS);
    expect(await stateOf(body.id)).toBe("running");
    await importing.customer.database.close();
  });
});
