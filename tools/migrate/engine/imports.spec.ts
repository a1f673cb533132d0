import { Readable } from "node:stream";
import { BadServer, type Behaviour, type Seen } from "./bad-server.ts";
import { Client } from "./client.ts";
import type { Item, Settled } from "./destination.ts";
import { ImportJobs } from "./import-jobs.ts";
import { Imports } from "./imports.ts";
import { always, money, orEmpty, text } from "./fields.ts";
import type { FileTable } from "./mapping.ts";
import { RunName } from "./run-name.ts";

const TABLE: FileTable = {
  file: "Things.csv",
  resource: "things",
  type: "thing",
  key: ["ID"],
  repeatedKey: "fails",
  fields: { name: text("Name"), price: money("Price", "USD", "warns"), kind: orEmpty(always("x")), links: always([]) },
  unused: [],
};
const NAME = "old-20260102T030405006Z-Things.csv";
const PATH = "/v1/things/imports";

const item = (key: string, data: object): Item => ({
  row: { line: 2, cells: [], text: () => "" },
  key,
  data: { externalIds: [{ system: "old", id: key }], ...data },
  warnings: [],
});
const job = (status: string, more: object = {}): Behaviour => ({
  status: 200,
  body: { id: "7", fileName: NAME, status, rows: 2, error: null, changedAt: "2026-01-02T03:04:05.006Z", ...more },
});
const page = (...data: object[]): Behaviour => ({ status: 200, body: { data, page: { nextCursor: null } } });
const done = ({ path }: Seen): Behaviour =>
  path.startsWith(`${PATH}/7/rows`)
    ? page(
        { outcome: "created", recordId: "a", errors: [] },
        { outcome: "skipped", recordId: "b", errors: [{ field: "", code: "import.unchanged", message: "Same." }] },
        { outcome: "failed", recordId: null, errors: [{ field: "name", code: "field.length", message: "Long." }] },
      )
    : job("completed");

describe("Imports", () => {
  let server: BadServer;

  const settle = async (behave: (seen: Seen, count: number) => Behaviour, patience = 60_000) => {
    server = new BadServer(behave);
    const client = new Client(await server.start(), { email: "a@example.com", password: "b" }, 20_000, () => undefined);
    const imports = new Imports(
      new ImportJobs(client, patience),
      "old",
      new RunName("old", "20260102T030405006Z"),
      patience,
    );
    const settled: Settled[] = [];
    const items = Readable.from([
      item("1", {
        name: '=1+1, "王"\nend',
        price: { amount: "-12.30", currency: "USD" },
        kind: null,
        links: [{ id: "x" }],
      }),
      item("2", { name: "Plain" }),
      item("3", {}),
    ]);
    for await (const one of imports.settle(TABLE, items)) settled.push(one);
    return { settled, made: imports.made };
  };
  const sent = () => server.asked.filter(({ method }) => method === "POST");
  afterEach(() => server.stop());

  it("sends one clean file, and brings each row what became of it", async () => {
    const { settled, made } = await settle(done);
    expect(settled).toEqual([
      { outcome: "created", id: "a", errors: [] },
      { outcome: "unchanged", id: "b", errors: [] },
      { outcome: "failed", id: null, errors: [{ code: "field.length", message: "Long.", column: "name" }] },
    ]);
    expect(made).toEqual([{ file: "Things.csv", path: `${PATH}/7` }]);
    const [{ path, body }] = sent() as [Seen];
    expect(path).toBe(PATH);
    const names = ["externalIds.old", "name", "price", "kind", "links"];
    expect(JSON.parse(/^\{.*\}\r$/m.exec(body as string)![0])).toEqual({
      mode: "upsert",
      matchBy: "externalId",
      mapping: Object.fromEntries(names.map((name) => [name, name])),
      clears: ["kind"],
      unowned: true,
      patience: 60,
      encoding: "utf-8",
      delimiter: ",",
      header: true,
    });
    expect(body).toContain(`filename="${NAME}"`);
    expect(body).toContain(
      `${names.join(",")}\r\n1,"'=1+1, ""王""\nend",USD -12.30,,"[{""id"":""x""}]"\r\n2,Plain,,,\r\n3,,,,\r\n`,
    );
  });

  it("does not send a file again that has come, though the answer was lost", async () => {
    const behave = (seen: Seen): Behaviour => {
      if (seen.method === "POST") return "cut";
      if (seen.path.startsWith(`${PATH}?`))
        return page(
          { id: "6", fileName: "other.csv", status: "completed" },
          { id: "7", fileName: NAME, status: "running" },
        );
      return done(seen);
    };
    expect((await settle(behave)).settled).toHaveLength(3);
    expect(sent()).toHaveLength(1);
  });

  it("sends a file again that has not come", async () => {
    const behave = (seen: Seen, count: number): Behaviour => {
      if (count === 1) return "cut";
      return seen.path.startsWith(`${PATH}?`) ? page() : done(seen);
    };
    expect((await settle(behave)).settled).toHaveLength(3);
    expect(sent()).toHaveLength(2);
  });

  it("ends the run where an import ends before its rows do, or does not go on", async () => {
    const failed = job("failed", { error: { code: "import.failed", message: "A fault of ours." } });
    await expect(settle(() => failed)).rejects.toThrow("Things.csv: its import is failed: A fault of ours. (7)");
    await server.stop();
    await expect(settle(() => job("running"), 300)).rejects.toThrow(`The import ${NAME} does not go on.`);
  });

  it("ends the run where Kehu does not let it import", async () => {
    const refused: Behaviour = { status: 403, body: { code: "permission.denied", detail: "No." } };
    await expect(settle(() => refused)).rejects.toMatchObject({ code: "permission.denied" });
  });
});
