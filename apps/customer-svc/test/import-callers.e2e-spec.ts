import { setTimeout as wait } from "node:timers/promises";
import { Importing } from "./importing.ts";

/** Of the import whose steps are counted, and of those that last until the server has been told. */
const ROWS = { counted: 1_000, told: 2_500 };
/** While others ask an import takes its time, and a busy machine needs more of it. */
const LONG = 120_000;
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

/** Whether an import has had the server look at the accounts. */
async function isLookedAt(): Promise<boolean> {
  const { rows } = await importing.customer.database.admin.query<{ looks: number }>(
    "SELECT analyze_count::int AS looks FROM pg_stat_user_tables WHERE relid = 'customer.account'::regclass",
  );
  return rows[0]!.looks > 0;
}

/** @returns its id */
async function imported(prefix: string, rows: number): Promise<string> {
  const text = ["Name", ...Array.from({ length: rows }, (_, n) => `${prefix} ${n}`)].join("\r\n");
  const { body } = await importing.upload("accounts", text, { mapping: { Name: "name" } });
  const done = await whileAsked(importing.rested("accounts", body.id));
  expect(done).toMatchObject({ status: "completed", created: rows });
  return body.id;
}

describe("an import while others ask", () => {
  it(
    "works in small steps, and is taken back in such",
    async () => {
      const id = await imported("华星", ROWS.counted);
      expect(await transactions()).toBeGreaterThan(ROWS.counted / 50);
      await importing.ask("POST", `accounts/imports/${id}/rollback`);
      expect(await whileAsked(importing.rested("accounts", id))).toMatchObject({
        status: "rolled_back",
        rolledBack: ROWS.counted,
      });
      expect(await transactions()).toBeGreaterThan(ROWS.counted / 50);
    },
    LONG,
  );

  // Connections report what they have written up to ten seconds late: one import may end before its worker hears of it.
  it(
    "has the server know how the table grows",
    async () => {
      for (let n = 1; n <= 5 && !(await isLookedAt()); n++) await imported(`远山 ${n}`, ROWS.told);
      expect(await isLookedAt()).toBe(true);
    },
    LONG,
  );
});
