import { LEADS, CAMPAIGNS, MEMBERS, CASES, aLead, outcome } from "../acceptance/zoho-files.ts";

describe("a case", () => {
  it("has a subject of its origin and date, and the state that its status means", async () => {
    const rows = [
      "Mona Kemp,Closed,Email,2021-04-15 23:01:19,2021-06-16 08:04:35",
      "Mona Kemp,Escalated,Social Media,2021-04-15 23:01:19,2020-06-16",
      "Mona Kemp,On Hold,Pigeon,2021-04-15 23:01:19,",
      "Mona Kemp,Lost,Email,2021-04-15 23:01:19,",
    ];
    const { told, counts } = await outcome({ "Cases.csv": [CASES, ...rows] });
    expect(told("Cases.csv")).toMatchObject([
      {
        subject: "Email case of 2021-04-15 23:01",
        status: "closed",
        escalated: false,
        channel: "email",
        closedAt: "2021-06-16T08:04:35.000Z",
      },
      { subject: "Social Media case of 2021-04-15 23:01", status: "open", escalated: true, channel: "social" },
      { status: "on_hold", escalated: false },
    ]);
    expect(told("Cases.csv")[1]).not.toHaveProperty("closedAt");
    expect(told("Cases.csv")[2]).not.toHaveProperty("channel");
    expect(counts("Cases.csv")).toEqual({ created: 3, skipped: 0, failed: 1, warnings: 1 });
  });
});

describe("a campaign", () => {
  it("without a status that is known, or with an amount that is none, comes over with a warning", async () => {
    const { told, counts } = await outcome({
      "Campaigns.csv": [CAMPAIGNS, "1,Spring,Email,Later,2021-04-24,2021-04-25,2021-05-05,$342.09K,much,"],
    });
    expect(told("Campaigns.csv")[0]).toMatchObject({
      status: null,
      startsOn: "2021-04-25",
      expectedRevenue: { amount: "342090.00", currency: "USD" },
    });
    expect(told("Campaigns.csv")[0]).not.toHaveProperty("budget");
    expect(counts("Campaigns.csv")).toEqual({ created: 1, skipped: 0, failed: 0, warnings: 1 });
  });
});

describe("a member", () => {
  const beside = {
    "Campaigns.csv": [
      CAMPAIGNS,
      "9,Spring Offer,Email,Active,2021-04-24,,,,,",
      "10,Spring offer,Email,Active,2021-04-24,,,,,",
    ],
    "Leads.csv": [
      LEADS,
      aLead({ id: "1", name: "Miles" }),
      aLead({ id: "2", name: "Wade" }),
      aLead({ id: "3", name: "Wade" }),
      aLead({ id: "4", name: "Nash" }),
      aLead({ id: "5", name: "Nash", status: "Frozen" }),
    ],
  };
  const members = (...rows: string[]) =>
    outcome({ ...beside, "Campaign_Lead_Status.csv": [MEMBERS, ...rows.map((row) => `${row},2021-03-29`)] });

  it("is the lead whose last name it is, where it is one created lead's only; else it is kept by name", async () => {
    const { told, counts } = await members(
      "Spring Offer,Miles,Miles,Received",
      "Spring offer,Wade,Wade,Sent",
      "Spring Offer,Nash,Nash,Opted Out",
      "Spring Offer,Jo,Zorn,Sent",
    );
    expect(
      told("Campaign_Lead_Status.csv").map(({ campaignId, leadId, name, status }) => [
        campaignId,
        leadId,
        name,
        status,
      ]),
    ).toEqual([
      ["new campaign 9", "new lead 1", "Miles", "delivered"],
      ["new campaign 10", undefined, "Wade", "sent"],
      ["new campaign 9", "new lead 4", "Nash", "opted_out"],
      ["new campaign 9", undefined, "Jo Zorn", "sent"],
    ]);
    expect(counts("Campaign_Lead_Status.csv")).toEqual({ created: 4, skipped: 0, failed: 0, warnings: 2 });
  });

  it("of a campaign that is not there fails, and so does one of whose status nothing is known", async () => {
    const { counts } = await members("SPRING OFFER,Miles,Miles,Sent", "Spring Offer,Miles,Miles,Lost");
    expect(counts("Campaign_Lead_Status.csv")).toEqual({ created: 0, skipped: 0, failed: 2, warnings: 0 });
  });
});
