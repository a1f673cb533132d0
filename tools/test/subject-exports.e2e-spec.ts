import { parse } from "csv-parse/sync";
import { strFromU8, unzipSync } from "fflate";
import { ADDRESSES, KnownPersons, type Json } from "./known-persons.ts";

interface Manifest {
  formatVersion: number;
  exportedAt: string;
  exportedBy: { type: string; id: string };
  personId: string;
  contactIds: string[];
  leadIds: string[];
  erasedAt: string | null;
  readMe: string;
  counts: Record<string, number>;
}

const FORMULA = '=HYPERLINK("http://x.example")';
const OTHERS = ["Porgandell", "Mistlequar", "Snoddlegrass", ...ADDRESSES.imported, ...ADDRESSES.importedLead];

describe("POST /v1/contacts/:id/subject-export, and of leads", () => {
  let persons: KnownPersons;
  let contact: string;
  let converted: string;
  let lead: string;

  /** A deleted record that names the person. */
  const deleted = async (path: string, body: object) => {
    const { id } = await persons.done("POST", path, body);
    await persons.send("DELETE", `${path}/${id}`);
    return id;
  };

  beforeAll(async () => {
    persons = await KnownPersons.make();
    ({ contact, converted, lead } = persons.ids as Record<"contact" | "converted" | "lead", string>);
    const links = [{ type: "contact", id: contact }];
    const call = { kind: "call", occurredAt: "2026-03-01T09:00:00.000Z", links };
    const { body } = await persons.send<{ data: Json[] }>("GET", "/contacts?filter[lastName]=Porgandell");
    const others = [...links, { type: "contact", id: body.data[0]!.id }];
    await persons.done("POST", "/interactions", { ...call, subject: FORMULA, links: others });
    await deleted("/interactions", { ...call, subject: "Deleted call" });
    await persons.done("POST", "/tasks", { subject: "Call him", links: [{ type: "lead", id: lead }] });
    await deleted("/tasks", { subject: "Deleted task", links });
    await deleted("/tickets", { subject: "Deleted ticket", contactId: contact });
    await persons.done("POST", `/tickets/${persons.ids["ticket"]!}/messages`, { body: "拜托", visibility: "internal" });
    await persons.done("POST", "/suppressions", {
      personId: persons.ids["person"],
      channel: "phone",
      reason: "manual",
    });
  }, 120_000);

  afterAll(() => persons.remove(), 60_000);

  /** The archive as texts by name, or the problem. */
  const exported = async (path: string) => {
    const reply = await persons.ask("POST", `${path}/subject-export`);
    expect({ status: reply.status, type: reply.headers.get("content-type") }).toEqual({
      status: 200,
      type: "application/zip",
    });
    const files = unzipSync(new Uint8Array(await reply.arrayBuffer()));
    const texts = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, strFromU8(bytes)]));
    const rows = (kind: string) => JSON.parse(texts[`${kind}.json`] ?? "[]") as Json[];
    return { reply, texts, rows, manifest: JSON.parse(texts["manifest.json"]!) as Manifest };
  };
  const entries = async () => {
    const { rows } = await persons.database.query<{ outcome: string; record_id: string; record_type: string }>(
      "SELECT * FROM identity.audit_entry WHERE action = 'operations.personal-data.exported' ORDER BY id",
    );
    return rows;
  };

  it("holds everything of all services that names the person, live and deleted, and nothing of others", async () => {
    const { reply, rows, texts, manifest } = await exported(`/contacts/${contact}`);
    const { body: me } = await persons.send("GET", "/me");
    expect(manifest).toMatchObject({
      formatVersion: 1,
      exportedBy: { type: "user", id: me.id },
      personId: persons.ids["person"],
      contactIds: [contact],
      leadIds: [],
      erasedAt: null,
      counts: {
        contacts: 1,
        leads: 0,
        interactions: 2,
        tasks: 1,
        opportunities: 1,
        tickets: 2,
        "ticket-messages": 1,
        "campaign-members": 1,
        consents: 1,
        suppressions: 1,
      },
    });
    expect(Date.now() - Date.parse(manifest.exportedAt)).toBeLessThan(60_000);
    expect(reply.headers.get("content-disposition")).toBe(`attachment; filename="person-${manifest.personId}.zip"`);
    expect(reply.headers.get("cache-control")).toBe("no-store");
    expect(rows("contacts")).toMatchObject([
      { id: contact, firstName: "Quibberly", contactPoints: [{ value: "harbinskow@zandovia-two.example" }, {}] },
    ]);
    expect(rows("consents")).toMatchObject([{ proof: "form-77-of-quibberly" }]);
    expect(rows("interactions").map(({ subject, deletedAt }) => [subject, deletedAt === null])).toEqual([
      [FORMULA, true],
      ["Deleted call", false],
    ]);
    expect(rows("tasks")).toMatchObject([{ subject: "Deleted task", deletedAt: expect.any(String) as string }]);
    expect(rows("tickets").map(({ subject }) => subject)).toEqual(["Login fails", "Deleted ticket"]);
    expect(rows("ticket-messages")).toMatchObject([{ body: "拜托", visibility: "internal" }]);
    expect(rows("campaign-members")).toMatchObject([{ id: persons.ids["joined"], campaignName: "Spring" }]);
    expect(rows("opportunities")).toMatchObject([{ name: "CRM", accountName: "Zandovia" }]);
    // What the contact points were before, and who changed them.
    const history = rows("history").filter(({ field, recordId }) => field === "contactPoints" && recordId === contact);
    expect(JSON.stringify(history[0]!["before"])).toContain("quibberly@zandovia-one.example");
    expect(history[0]).toMatchObject({ resource: "contacts", actor: { id: me.id } });
    const all = JSON.stringify(texts);
    expect(OTHERS.filter((other) => all.includes(other))).toEqual([]);
  });

  it("says the same in CSV, in which no cell is a formula", async () => {
    const { texts, rows, manifest } = await exported(`/contacts/${contact}`);
    const names = Object.entries(manifest.counts).flatMap(([kind, count]) =>
      count > 0 ? [`${kind}.json`, `${kind}.csv`] : [],
    );
    expect(Object.keys(texts).sort()).toEqual([...names, "manifest.json"].sort());
    for (const [kind, count] of Object.entries(manifest.counts)) {
      if (count === 0) continue;
      const text = texts[`${kind}.csv`]!;
      const cells = parse<Record<string, string>>(text, { columns: true, bom: true });
      expect({ kind, ids: cells.map(({ id }) => id) }).toEqual({ kind, ids: rows(kind).map(({ id }) => id) });
      expect(cells.flatMap((row) => Object.values(row)).filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
    }
    expect(texts["interactions.csv"]).toContain(`"'=HYPERLINK(""http://x.example"")"`);
  });

  it("is of the person, whichever of his records is named: a lead and the contact that he became", async () => {
    const [ofLead, ofContact] = [await exported(`/leads/${lead}`), await exported(`/contacts/${converted}`)];
    for (const { rows, manifest } of [ofLead, ofContact]) {
      expect(manifest).toMatchObject({ contactIds: [converted], leadIds: [lead], counts: { tasks: 1 } });
      expect(rows("leads")).toMatchObject([{ id: lead, email: "tremblewick@zandovia-three.example" }]);
      expect(rows("contacts")).toMatchObject([{ id: converted, lastName: "Tremblewick" }]);
    }
  });

  it("is one entry in the audit trail; and none where it is refused or nobody is there", async () => {
    const before = await entries();
    await exported(`/contacts/${contact}`);
    const after = await entries();
    expect(after.slice(before.length)).toMatchObject([{ outcome: "done", record_type: "contact", record_id: contact }]);
    const absent = "01980000-0000-7000-8000-00000000dead";
    for (const path of [`/contacts/${absent}`, `/leads/${contact}`])
      expect(await persons.send("POST", `${path}/subject-export`)).toMatchObject({ status: 404 });
    const grants = { "operations.personal-data.export": "all", "customer.contact.read": "all" };
    const { key } = await persons.done<{ key: string }>("POST", "/api-keys", { name: "x", grants });
    const byKey = await persons.ask("POST", `/contacts/${contact}/subject-export`, { token: key });
    expect({ status: byKey.status, body: await byKey.json() }).toMatchObject({
      status: 403,
      body: { code: "api-key.not-allowed" },
    });
    expect(await entries()).toHaveLength(after.length);
  });

  it("is whole or not at all: 503 while a service is away", async () => {
    const before = await entries();
    const pid = persons.pidOf("marketing");
    process.kill(pid, "SIGSTOP");
    try {
      const answer = await persons.send("POST", `/contacts/${contact}/subject-export`);
      expect(answer).toMatchObject({ status: 503, body: { code: "service.unavailable" } });
    } finally {
      process.kill(pid, "SIGCONT");
    }
    expect(await entries()).toHaveLength(before.length);
    expect((await exported(`/contacts/${contact}`)).manifest.counts["consents"]).toBe(1);
  }, 60_000);

  it("of who was erased says so, and holds what remains", async () => {
    expect((await persons.send("POST", `/contacts/${contact}/erase`)).status).toBe(204);
    await persons.level();
    const { rows, texts, manifest } = await exported(`/contacts/${contact}`);
    expect(manifest).toMatchObject({ erasedAt: expect.any(String) as string, counts: { consents: 1, tickets: 2 } });
    expect(manifest.readMe).toContain("was erased");
    expect(rows("contacts")).toMatchObject([{ id: contact, lastName: "(erased)", contactPoints: [] }]);
    const all = JSON.stringify(texts).toLowerCase();
    const gone = ["quibberly", "harbinskow", ...ADDRESSES.contact, ...ADDRESSES.changed, ...ADDRESSES.other];
    expect(gone.filter((one) => all.includes(one.toLowerCase()))).toEqual([]);
  });
});
