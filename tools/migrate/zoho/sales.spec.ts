import { ACCOUNTS, CONTACTS, LEADS, POTENTIALS, CAMPAIGNS, aLead, outcome, reasons } from "../acceptance/zoho-files.ts";

describe("a lead", () => {
  it.each([
    ["Not Contacted", "new", undefined],
    ["Attempted to Contact", "contacted", undefined],
    ["Contact in Future", "nurturing", undefined],
    ["Pre Qualified", "qualified", undefined],
    ["Lost Lead", "unqualified", "lost"],
    ["Junk Lead", "unqualified", "junk"],
  ])("that is %s is %s", async (status, meaning, reason) => {
    const { told } = await outcome({ "Leads.csv": [LEADS, aLead({ status })] });
    expect(told("Leads.csv")[0]?.["status"]).toBe(meaning);
    expect(told("Leads.csv")[0]?.["unqualifiedReason"]).toBe(reason);
  });

  it("that was converted is that, whatever its status; an unknown one is worth a warning", async () => {
    const rows = [
      aLead({ id: "1", status: "Junk Lead", converted: "Yes" }),
      aLead({ id: "2", status: "Frozen", converted: "Yes" }),
    ];
    const { told, counts } = await outcome({ "Leads.csv": [LEADS, ...rows] });
    expect(told("Leads.csv").map(({ status, unqualifiedReason }) => [status, unqualifiedReason])).toEqual([
      ["converted", undefined],
      ["converted", undefined],
    ]);
    expect(counts("Leads.csv")).toEqual({ created: 2, skipped: 0, failed: 0, warnings: 1 });
  });

  it("fails without a last name, and with a status that nobody knows; a company it needs not have", async () => {
    const rows = [
      aLead({ id: "1", name: "" }),
      aLead({ id: "2", status: "Frozen" }),
      aLead({ id: "3", status: "" }),
      aLead({ id: "4", company: "" }),
    ];
    const { counts } = await outcome({ "Leads.csv": [LEADS, ...rows] });
    expect(counts("Leads.csv")).toEqual({ created: 1, skipped: 0, failed: 3, warnings: 0 });
  });

  it("keeps out what cannot be read, with one warning for all of it, and never fails for a date", async () => {
    const { told, counts } = await outcome({
      "Leads.csv": [LEADS, aLead({ email: "nowhere", phone: "12", created: "31-02-2020" })],
    });
    expect(Object.keys(told("Leads.csv")[0] ?? {})).not.toEqual(expect.arrayContaining(["email"]));
    expect(told("Leads.csv")[0]).not.toHaveProperty("createdAt");
    expect(counts("Leads.csv")).toEqual({ created: 1, skipped: 0, failed: 0, warnings: 1 });
  });
});

describe("a potential", () => {
  const deal = (
    cells: {
      amount?: string;
      stage?: string;
      lead?: string;
      campaign?: string;
      closing?: string;
      created?: string;
      source?: string;
    } = {},
  ) =>
    [
      "Deal",
      "Mona Kemp",
      cells.created ?? "2021-04-15 00:02:00",
      cells.closing ?? "2021-04-25",
      cells.amount ?? '"$22,700.00"',
      cells.stage ?? "Closed Won",
      "New Business",
      cells.source ?? "OnlineStore",
      cells.lead ?? "1",
      cells.campaign ?? "9",
    ].join(",");
  const beside = {
    "Accounts.csv": [ACCOUNTS, "10,Alder Labs,1001,,,,"],
    "Contacts.csv": [CONTACTS, "1,Miles,1001,,10,MILES@EXAMPLE.COM,,,"],
    "Leads.csv": [
      LEADS,
      aLead({ converted: "Yes" }),
      aLead({ id: "2", email: "other@example.com" }),
      aLead({ id: "3", name: "" }),
    ],
    "Campaigns.csv": [CAMPAIGNS, "9,Spring,Email,Active,2021-04-24,,,,,"],
  };
  const deals = (...rows: string[]) => outcome({ ...beside, "Potentials.csv": [POTENTIALS, ...rows] });

  it("finds contact and account by the lead's e-mail, whatever its case", async () => {
    const { told } = await deals(deal(), deal({ lead: "2" }));
    expect(told("Potentials.csv")[0]).toEqual({
      externalIds: [{ system: "zoho", id: "1" }],
      name: "Deal",
      pipelineId: "id of pipeline Zoho",
      stage: "Closed Won",
      amount: { amount: "22700.00", currency: "USD" },
      closedAt: "2021-04-25T00:00:00.000Z",
      type: "New Business",
      source: "Online Store",
      leadId: "new lead 1",
      contactId: "new contact 1",
      accountId: "new account 10",
      campaignId: "new campaign 9",
      ownerId: "new user 1001",
      createdAt: "2021-04-15T00:02:00.000Z",
    });
    expect(told("Potentials.csv")[1]).toMatchObject({ leadId: "new lead 2" });
    expect(told("Potentials.csv")[1]).not.toHaveProperty("contactId");
  });

  it("warns of a lead or a campaign that is not there, or did not come over; not of a lead that was not converted", async () => {
    const result = await deals(deal({ lead: "3" }), deal({ lead: "99" }), deal({ lead: "2" }), deal({ campaign: "8" }));
    expect(result.counts("Potentials.csv")).toEqual({ created: 4, skipped: 0, failed: 0, warnings: 3 });
    expect(reasons(result)).toEqual([
      "1 Leads.csv: failed import.required (Last Name)",
      "1 Potentials.csv: warning import.reference-unknown (Campaign Id)",
      "2 Potentials.csv: warning import.reference-unknown (LEADID)",
    ]);
  });

  it("fails with a stage that nobody knows, and an amount that cannot be read; an empty amount is no fault", async () => {
    const { counts, told } = await deals(deal({ stage: "Dreaming" }), deal({ amount: "much" }), deal({ amount: "" }));
    expect(counts("Potentials.csv")).toEqual({ created: 1, skipped: 0, failed: 2, warnings: 0 });
    expect(told("Potentials.csv")[0]).not.toHaveProperty("amount");
  });

  it("warns of a date that is none, of one before its creation, and of an empty source", async () => {
    const result = await deals(
      deal({ closing: "31-02-2020" }),
      deal({ closing: "2021-04-01" }),
      deal({ source: "" }),
      deal({ created: "soon" }),
    );
    expect(result.counts("Potentials.csv")).toEqual({ created: 4, skipped: 0, failed: 0, warnings: 4 });
    expect(result.told("Potentials.csv").map(({ closedAt }) => closedAt)).toEqual([
      undefined,
      undefined,
      "2021-04-25T00:00:00.000Z",
      "2021-04-25T00:00:00.000Z",
    ]);
  });

  it("that is open expects its closing date", async () => {
    const { told } = await deals(deal({ stage: "Qualification", closing: "03-07-2021 12:59" }));
    expect(told("Potentials.csv")[0]).toMatchObject({ expectedCloseOn: "2021-07-03" });
    expect(told("Potentials.csv")[0]).not.toHaveProperty("closedAt");
  });

  it("of a lead that has one already is one more", async () => {
    const { told } = await deals(deal(), deal({ stage: "Prospect" }));
    expect(told("Potentials.csv").map(({ externalIds }) => externalIds)).toEqual([
      [{ system: "zoho", id: "1" }],
      [{ system: "zoho", id: "1|#2" }],
    ]);
  });
});
