import { ACCOUNTS, CONTACTS, LEADS, CALLS, EVENTS, TASKS, aLead, outcome, reasons } from "../acceptance/zoho-files.ts";

describe("an owner", () => {
  it.each([
    ["1001,Mona Kemp", "new user 1001"],
    ["1001,Someone Else", "new user 1001"],
    ["9999,Ada Abbott", "new user 1002"],
    [",Mona Kemp", "new user 1001"],
  ])("is found by id, else by exact name: %s", async (owner, id) => {
    const { told } = await outcome({ "Accounts.csv": [ACCOUNTS, `7,Alder Labs,${owner},Prospect,,`] });
    expect(told("Accounts.csv")[0]).toMatchObject({ ownerId: id, name: "Alder Labs", type: "prospect" });
  });

  it.each(["9999,Nobody", ",", "1,mona kemp"])(
    "who is neither leaves the record unowned, with a warning: %s",
    async (owner) => {
      const { told, counts } = await outcome({ "Accounts.csv": [ACCOUNTS, `7,Alder Labs,${owner},Prospect,,`] });
      expect(told("Accounts.csv")[0]).not.toHaveProperty("ownerId");
      expect(counts("Accounts.csv")).toEqual({ created: 1, skipped: 0, failed: 0, warnings: 1 });
    },
  );

  it("has the role of a salesperson, once", async () => {
    const { told } = await outcome({});
    expect(told("Users.csv")[1]).toEqual({
      externalIds: [{ system: "zoho", id: "1002" }],
      firstName: "Ada",
      lastName: "Abbott",
      email: "ada@example.com",
      roleIds: ["id of role sales"],
    });
  });
});

describe("an account", () => {
  it("without a name, or with blanks for one, fails; so does one whose id occurred before", async () => {
    const result = await outcome({
      "Accounts.csv": [ACCOUNTS, "1,,1001,,,,", "2,  ,1001,,,,", "3,Alder Labs,1001,,,,", "3,Aspen Foods,1001,,,,"],
    });
    expect(result.counts("Accounts.csv")).toEqual({ created: 1, skipped: 0, failed: 3, warnings: 0 });
    expect(reasons(result)).toEqual([
      "1 Accounts.csv: failed import.duplicate-in-file (ACCOUNTID)",
      "2 Accounts.csv: failed import.required (Account Name)",
    ]);
  });
});

describe("a contact", () => {
  it("of an account that failed or is not there has a warning, without an account none", async () => {
    const rows = [
      "1,Miles,1001,,10,a@example.com,,,",
      "2,Miles,1001,,11,b@example.com,,,",
      "3,Miles,1001,,,c@example.com,,,",
      "4,Miles,1001,,12,d@example.com,,,",
    ];
    const result = await outcome({
      "Accounts.csv": [ACCOUNTS, "10,Alder Labs,1001,,,,", "11,,1001,,,,"],
      "Contacts.csv": [CONTACTS, ...rows],
    });
    expect(result.told("Contacts.csv").map(({ accountId }) => accountId)).toEqual([
      "new account 10",
      undefined,
      undefined,
      undefined,
    ]);
    expect(result.counts("Contacts.csv")).toEqual({ created: 4, skipped: 0, failed: 0, warnings: 2 });
  });

  it("has contact points in their normal form", async () => {
    const { told } = await outcome({
      "Contacts.csv": [CONTACTS, "1,Miles,1001,,,BeckiT@Example.com,,(805) 247-8982,16-04-2021 00:02"],
    });
    expect(told("Contacts.csv")[0]).toMatchObject({
      createdAt: "2021-04-16T00:02:00.000Z",
      contactPoints: [
        { kind: "email", value: "beckit@example.com", primary: true },
        { kind: "phone", value: "+18052478982", primary: true },
      ],
    });
  });
});

describe("a call or an event", () => {
  const beside = { "Contacts.csv": [CONTACTS, "5,Miles,1001,,,,,,"], "Leads.csv": [LEADS, aLead({ id: "5" })] };

  it("is linked to what its row names, and keeps the potential as it is", async () => {
    const rows = [
      "1,2021-04-15 23:03:00,420,Mona Kemp,1001,Pricing,Inbound,Demo,2021-04-15,5,0,23458,",
      "2,2021-04-15 23:03:00,,Mona Kemp,1001, Vm ,Missed,,2021-04-15,,0,0,5",
      "3,2021-04-15 23:03:00,7,Mona Kemp,1001,,Outbound,,2021-04-15,,,7,",
      "4,2021-04-15 23:03:00,7,Mona Kemp,1001,,Outbound,,2021-04-15,5,77,,",
    ];
    const result = await outcome({ ...beside, "Calls.csv": [CALLS, ...rows] });
    expect(result.told("Calls.csv")).toMatchObject([
      {
        kind: "call",
        direction: "inbound",
        durationSeconds: 420,
        purpose: "Demo",
        links: [{ type: "contact", id: "new contact 5" }],
        externalLinks: [{ type: "opportunity", system: "zoho", id: "23458" }],
      },
      { subject: "Vm", links: [{ type: "lead", id: "new lead 5" }] },
      { externalLinks: [{ type: "opportunity", system: "zoho", id: "7" }] },
      { links: [{ type: "contact", id: "new contact 5" }] },
    ]);
    expect(reasons(result)).toEqual([
      "1 Calls.csv: warning import.no-link",
      "1 Calls.csv: warning import.reference-unknown (ACCOUNTID)",
      "1 Calls.csv: warning import.unknown-value (Call Type)",
    ]);
  });

  it("keeps its end, however long it lasts, but not one before its start", async () => {
    const rows = [
      "1,Mona Kemp,1001,Demo,2021-04-15 21:02:00,2021-08-18 21:07:00,2021-04-15,5,,,",
      "2,Mona Kemp,1001,Demo,2021-04-15 21:02:00,2021-04-15 20:00:00,2021-04-15,5,,,",
      "3,Mona Kemp,1001,Demo,31-02-2020,2021-04-15,2021-04-15,5,,,",
    ];
    const { told, counts } = await outcome({ ...beside, "Events.csv": [EVENTS, ...rows] });
    expect(told("Events.csv").map(({ kind, occurredAt, endedAt }) => [kind, occurredAt, endedAt])).toEqual([
      ["meeting", "2021-04-15T21:02:00.000Z", "2021-08-18T21:07:00.000Z"],
      ["meeting", "2021-04-15T21:02:00.000Z", undefined],
      ["meeting", undefined, "2021-04-15T00:00:00.000Z"],
    ]);
    expect(counts("Events.csv")).toEqual({ created: 3, skipped: 0, failed: 0, warnings: 2 });
  });
});

describe("a task", () => {
  it("is one however often its row is there, and one more where anything differs", async () => {
    const row = 'Mona Kemp,Call,"16 Apr, 2021 00:02:00",2021-08-20,Completed,2020-10-15';
    const rows = [row, row, row.replace("Completed", "Not Started"), row.replace("Completed", "Someday"), row];
    const { told, counts } = await outcome({ "Tasks.csv": [TASKS, ...rows] });
    expect(told("Tasks.csv").map(({ status }) => status)).toEqual(["completed", "open", null]);
    expect(told("Tasks.csv")[1]?.["externalIds"]).toEqual([
      { system: "zoho", id: "Mona Kemp|Call|2021-04-16T00:02:00.000Z|2021-08-20T00:00:00.000Z|#2" },
    ]);
    expect(counts("Tasks.csv")).toEqual({ created: 3, skipped: 2, failed: 0, warnings: 1 });
  });
});
