import { BadServer, type Behaviour, type Seen } from "./bad-server.ts";
import type { Item } from "./batches.ts";
import { Client } from "./client.ts";
import type { FileTable } from "./mapping.ts";
import { Writer } from "./writer.ts";

interface Body {
  origin: string;
  operations: { data: { name: string } }[];
}

const TABLE: FileTable = {
  file: "Things.csv",
  resource: "things",
  type: "thing",
  key: ["ID"],
  repeatedKey: "fails",
  fields: {},
  unused: [],
};

const items = (...names: string[]): Item[] =>
  names.map((name, index) => ({
    row: { line: index + 2, cells: [name], text: () => name },
    key: name,
    data: { name },
    json: JSON.stringify({ op: "upsert", data: { name } }),
    warnings: [],
  }));

const namesOf = ({ body }: Seen) => (body as Body).operations.map(({ data }) => data.name);
const results = (seen: Seen, outcome: (name: string) => object): Behaviour => ({
  status: 200,
  body: {
    results: namesOf(seen).map((name) => ({
      outcome: "created",
      id: `id of ${name}`,
      warnings: [],
      errors: [],
      ...outcome(name),
    })),
  },
});
const failedWith = (code: string) => ({
  outcome: "failed",
  id: null,
  errors: [{ field: "ownerId", code, message: "Some message." }],
});

describe("Writer", () => {
  let server: BadServer;

  const settle = async (
    behave: (seen: Seen, count: number) => Behaviour,
    given: readonly Item[],
    patience = 60_000,
  ) => {
    server = new BadServer(behave);
    const client = new Client(await server.start(), { email: "a@example.com", password: "b" }, 5_000, () => undefined);
    return new Writer(client, patience).settle(TABLE, given);
  };
  afterEach(() => server.stop());

  it("sends an import, and brings each row what became of it", async () => {
    const settled = await settle(
      (seen) => results(seen, (name) => (name === "b" ? failedWith("field.range") : {})),
      items("a", "b"),
    );
    expect(server.asked[0]).toMatchObject({ path: "/v1/things/bulk", body: { origin: "import" } });
    expect(settled).toEqual([
      { outcome: "created", id: "id of a", warnings: [], errors: [] },
      {
        outcome: "failed",
        id: null,
        warnings: [],
        errors: [{ code: "field.range", message: "Some message.", column: "ownerId" }],
      },
    ]);
  });

  it("sends rows again that refer to what a service has not heard of yet, under another key", async () => {
    const behave = (seen: Seen, count: number) =>
      results(seen, (name) => (name !== "a" && count < 3 ? failedWith("reference.not-yet-known") : {}));
    const settled = await settle(behave, items("a", "b", "c"));
    expect(settled.map(({ outcome }) => outcome)).toEqual(["created", "created", "created"]);
    expect(server.asked.map(namesOf)).toEqual([
      ["a", "b", "c"],
      ["b", "c"],
      ["b", "c"],
    ]);
    expect(new Set(server.asked.map(({ key }) => key)).size).toBe(3);
  });

  it("lets such rows fail in the end", async () => {
    const settled = await settle((seen) => results(seen, () => failedWith("reference.not-yet-known")), items("a"), 300);
    expect(settled[0]).toMatchObject({ outcome: "failed", errors: [{ code: "reference.not-yet-known" }] });
  });

  it("finds the one row that makes a request unfit, and brings the others over", async () => {
    const behave = (seen: Seen): Behaviour =>
      namesOf(seen).includes("bad")
        ? { status: 400, body: { code: "json.text", detail: "NUL." } }
        : results(seen, () => ({}));
    const settled = await settle(behave, items("a", "b", "bad", "c", "d"));
    expect(settled.map(({ outcome, errors }) => errors[0]?.code ?? outcome)).toEqual([
      "created",
      "created",
      "json.text",
      "created",
      "created",
    ]);
  });

  it("ends the run where Kehu does not let it write", async () => {
    await expect(
      settle(() => ({ status: 403, body: { code: "permission.denied", detail: "No." } }), items("a")),
    ).rejects.toMatchObject({ code: "permission.denied" });
  });
});
