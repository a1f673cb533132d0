import type { Database } from "@kehu/database";
import { testDatabase, type TestDatabase } from "@kehu/testing";
import { randomUUID } from "node:crypto";
import { keepExternalIds } from "../src/external-ids.ts";

describe("keepExternalIds", () => {
  let test: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    test = await testDatabase("customer");
    database = test.open("customer");
  });
  afterAll(() => test.close());

  const keep = (...records: { id: string; name: string }[]) =>
    database.transaction((tx) =>
      keepExternalIds(
        tx,
        "lead",
        records.map(({ id, name }) => ({ id, externalIds: [{ system: "erp", id: name }] })),
      ),
    );
  const ownerOf = async (name: string) => {
    const [row] = await database.query<{ record_id: string }>(
      "SELECT record_id FROM external_id WHERE type = 'lead' AND system = 'erp' AND external_id = $1",
      [name],
    );
    return row?.record_id;
  };

  it("takes a record that comes twice at once, as a batch of events may have it", async () => {
    const [id, name] = [randomUUID(), randomUUID()];
    expect(await keep({ id, name }, { id, name })).toBe(true);
    expect(await keep({ id, name })).toBe(true);
    expect(await ownerOf(name)).toBe(id);
  });

  it("leaves a name with the record that has it, and says so", async () => {
    const [first, second, name, other] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    await keep({ id: first, name });
    expect(await keep({ id: second, name }, { id: second, name: other })).toBe(false);
    expect([await ownerOf(name), await ownerOf(other)]).toEqual([first, second]);
  });

  it("gives a name that two records claim at once to the first", async () => {
    const [first, second, name] = [randomUUID(), randomUUID(), randomUUID()];
    expect(await keep({ id: first, name }, { id: second, name })).toBe(false);
    expect(await ownerOf(name)).toBe(first);
  });
});
