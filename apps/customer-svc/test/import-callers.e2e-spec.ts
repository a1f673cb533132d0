import { setTimeout as wait } from "node:timers/promises";
import { Importing } from "./importing.ts";

const ROWS = 2_500;
const ASKED_EACH_MS = 50;

let importing: Importing;

beforeAll(async () => void (importing = await Importing.start()));
afterAll(() => importing.customer.close());

/** Asks for records as somebody does who works meanwhile, until a promise is kept. */
async function whileAsked<T>(kept: Promise<T>): Promise<T> {
  let isOver = false;
  const end = () => void (isOver = true);
  kept.then(end, end);
  while (!isOver) {
    await importing.list("accounts?limit=1");
    await wait(ASKED_EACH_MS);
  }
  return kept;
}

/** Of the transactions in which the accounts, as they are now, were written. */
async function transactions(): Promise<number> {
  const { rows } = await importing.customer.database.admin.query<{ n: number }>(
    "SELECT count(DISTINCT xmin::text)::int AS n FROM customer.account",
  );
  return rows[0]!.n;
}

describe("an import while others ask", () => {
  it("works in small steps, is taken back in such, and has the server know how the table grows", async () => {
    const text = ["Name", ...Array.from({ length: ROWS }, (_, n) => `华星 ${n}`)].join("\r\n");
    const { body } = await importing.upload("accounts", text, { mapping: { Name: "name" } });
    const done = await whileAsked(importing.rested("accounts", body.id));
    expect(done).toMatchObject({ status: "completed", created: ROWS });
    expect(await transactions()).toBeGreaterThan(ROWS / 50);
    const { rows } = await importing.customer.database.admin.query<{ known: number }>(
      "SELECT reltuples::int AS known FROM pg_class WHERE oid = 'customer.account'::regclass",
    );
    expect(rows[0]!.known).toBeGreaterThan(1_000);
    await importing.ask("POST", `accounts/imports/${body.id}/rollback`);
    expect(await whileAsked(importing.rested("accounts", body.id))).toMatchObject({
      status: "rolled_back",
      rolledBack: ROWS,
    });
    expect(await transactions()).toBeGreaterThan(ROWS / 50);
  });
});
