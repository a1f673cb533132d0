import { ADDRESSES, KnownPersons, type Json } from "./known-persons.ts";

interface Entry {
  action: string;
  outcome: string;
  code: string | null;
  actor_type: string;
  session_id: string;
  record_type: string;
  record_id: string;
  text: string;
}

interface Document {
  paths: Record<string, { get: { "x-permission": string } }>;
}

/** What is read of a record, beside the record itself. */
const PARTS = ["", "/history", "/timeline", "/messages", "/stages"];
const LISTS = [
  ...["accounts", "contacts", "interactions", "tasks", "leads", "opportunities", "tickets"],
  ...["campaigns", "campaign-members", "consents", "suppressions"],
];

describe("what is encrypted, for programs", () => {
  let persons: KnownPersons;
  let contact: string;
  /** All that there are. */
  let permissions: string[];
  let keys: Record<"reading" | "revealing", { id: string; key: string }>;

  beforeAll(async () => {
    persons = await KnownPersons.make();
    contact = persons.ids["contact"]!;
    const { body } = await persons.send<{ data: { permission: string }[] }>("GET", "/me/permissions");
    permissions = body.data.map(({ permission }) => permission);
    const all = permissions.filter((one) => !one.startsWith("identity."));
    const make = (name: string, held: string[]) => {
      const grants = Object.fromEntries(held.map((permission) => [permission, "all"]));
      return persons.done<{ id: string; key: string }>("POST", "/api-keys", { name, grants });
    };
    keys = {
      reading: await make(
        "reading",
        all.filter((one) => !one.endsWith(".reveal")),
      ),
      revealing: await make("revealing", all),
    };
  }, 120_000);

  afterAll(() => persons.remove(), 60_000);

  const reveal = async (path: string, token?: string) => {
    const reply = await persons.ask("POST", `${path}/reveal`, token === undefined ? {} : { token });
    return { status: reply.status, body: (await reply.json()) as Json };
  };
  /** The entries that came since, but for what events tell. */
  const entriesOf = async (work: () => Promise<unknown>): Promise<Entry[]> => {
    const sql = `SELECT *, e::text AS text FROM identity.audit_entry e WHERE event_id IS NULL AND id > $1 ORDER BY id`;
    const newest = "SELECT coalesce(max(id), 0) AS id FROM identity.audit_entry";
    const { rows } = await persons.database.query<{ id: string }>(newest);
    await work();
    return (await persons.database.query<Entry>(sql, [rows[0]!.id])).rows;
  };
  const everything = async (token?: string) => {
    const texts: string[] = [];
    const read = async (path: string) => {
      const reply = await persons.ask("GET", path, token === undefined ? {} : { token });
      texts.push(await reply.text());
      return { status: reply.status, text: texts.at(-1)! };
    };
    for (const list of LISTS) {
      const { status, text } = await read(`/${list}`);
      expect({ list, status }).toEqual({ list, status: 200 });
      for (const { id } of (JSON.parse(text) as { data: Json[] }).data)
        for (const part of PARTS) await read(`/${list}/${id}${part}`);
    }
    return texts.join("\n");
  };

  it("is in no answer to a key, whatever it holds, and in those to people", async () => {
    const secrets = [...ADDRESSES.contact, ...ADDRESSES.changed, ...ADDRESSES.lead, ...ADDRESSES.other].filter(
      // A number without its country is a part of the one with it, and history forgets nothing.
      (one) => /@|\+|form|wechat/.test(one),
    );
    const shown = await everything();
    expect(secrets.filter((secret) => !shown.includes(secret))).toEqual([]);
    for (const { key } of Object.values(keys)) {
      const text = await everything(key);
      expect(text).toContain("Quibberly");
      expect(
        Object.values(ADDRESSES)
          .flat()
          .filter((secret) => text.includes(secret)),
      ).toEqual([]);
    }
  }, 120_000);

  it("is not shown to people by roles that a key gives, whatever the resource", async () => {
    const grants = Object.fromEntries(permissions.map((permission) => [permission, "all"]));
    const { key } = await persons.done<{ key: string }>("POST", "/api-keys", { name: "inviting", grants });
    const document = (await (await persons.ask("GET", "/../openapi.json")).json()) as Document;
    const given: Record<string, [hides: boolean, status: number]> = {};
    for (const list of LISTS) {
      const fieldsOf = async (token?: string) => {
        const reply = await persons.ask("GET", `/${list}/fields`, token === undefined ? {} : { token });
        return ((await reply.json()) as { data: object[] }).data.length;
      };
      const permission = document.paths[`/v1/${list}`]!.get["x-permission"];
      const { id } = await persons.done("POST", "/roles", { name: list, grants: { [permission]: "all" } });
      const body = { email: `${list}@kehu.example`, lastName: list, roleIds: [id] };
      const { status } = await persons.ask("POST", "/users", { body, token: key });
      given[list] = [(await fieldsOf(key)) < (await fieldsOf()), status];
    }
    expect(Object.values(given).filter(([hides]) => hides)).toHaveLength(3);
    for (const [list, [hides, status]] of Object.entries(given))
      expect({ list, status }).toEqual({ list, status: hides ? 403 : 201 });
  });

  it("POST /v1/contacts/:id/reveal and /v1/leads/:id/reveal show it, each with one entry, without a value", async () => {
    const cases = [
      ["contact", `/contacts/${contact}`, "customer.contact.revealed", "harbinskow@zandovia-two.example"],
      ["lead", `/leads/${persons.ids["lead"]!}`, "sales.lead.revealed", "tremblewick@zandovia-three.example"],
    ] as const;
    for (const [type, path, action, secret] of cases)
      for (const token of [keys.revealing.key, undefined]) {
        let answer: unknown;
        const entries = await entriesOf(async () => (answer = await reveal(path, token)));
        expect(answer).toMatchObject({ status: 200 });
        expect(JSON.stringify(answer)).toContain(secret);
        expect(entries).toMatchObject([
          {
            action,
            outcome: "done",
            actor_type: token === undefined ? "user" : "api-key",
            session_id: token === undefined ? (expect.any(String) as string) : keys.revealing.id,
            record_type: type,
            record_id: path.split("/")[2],
          },
        ]);
        expect(
          Object.values(ADDRESSES)
            .flat()
            .filter((one) => entries[0]!.text.includes(one)),
        ).toEqual([]);
      }
  });

  it("is refused to a key that may not, and of what is not there, each with one entry", async () => {
    const absent = "01980000-0000-7000-8000-00000000dead";
    for (const [token, id, status, code] of [
      [keys.reading.key, contact, 403, "permission.denied"],
      [keys.revealing.key, absent, 404, "not-found"],
    ] as const) {
      const entries = await entriesOf(async () => {
        expect(await reveal(`/contacts/${id}`, token)).toMatchObject({ status, body: { code } });
      });
      expect(entries).toMatchObject([{ outcome: "denied", code, record_type: "contact", record_id: id }]);
    }
  });

  it("is not shown where it cannot be entered who saw it: 503", async () => {
    const table = "ALTER TABLE identity.audit_entry";
    await persons.database.query(`${table} ADD CONSTRAINT "full" CHECK (event_id IS NOT NULL) NOT VALID`);
    try {
      const answer = await reveal(`/contacts/${contact}`, keys.revealing.key);
      expect(answer).toMatchObject({ status: 503, body: { code: "audit.unavailable" } });
      expect(JSON.stringify(answer)).not.toContain("harbinskow@");
      const subject = await persons.ask("POST", `/contacts/${contact}/subject-export`);
      expect(subject.status).toBe(503);
      expect(subject.headers.get("content-type")).toContain("problem+json");
    } finally {
      await persons.database.query(`${table} DROP CONSTRAINT "full"`);
    }
    expect(await reveal(`/contacts/${contact}`, keys.revealing.key)).toMatchObject({ status: 200 });
  });
});
