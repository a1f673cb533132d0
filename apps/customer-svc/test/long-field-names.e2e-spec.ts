import { startCustomer, type Customer, type View } from "./customer.ts";

/** As long as a name may be; they differ at their ends only. */
const long = (end: string) => "aFieldOfTheCompany".padEnd(60 - end.length, "X") + end;
const SCORE = long("Score");
const COUNT = long("Count");
const DOLLARS = long("Dollars");
const EUROS = long("Euros");
const PARTNER = long("PartnerId");
const ADVISOR = long("AdvisorId");
const besides = (name: string) => name.replace(/Id$/, "Name");
const money = (amount: string, currency: string) => ({ amount, currency });

let customer: Customer;
const request = <B>(method: string, path: string, body?: object) =>
  customer.service.request<B>(customer.admin, method, path, { body });

beforeAll(async () => {
  customer = await startCustomer();
  const types = { [SCORE]: "number", [COUNT]: "number", [DOLLARS]: "money", [EUROS]: "money", [ADVISOR]: "user" };
  for (const [name, type] of [...Object.entries(types), [PARTNER, "reference"]]) {
    const target = type === "reference" ? { target: "account" } : {};
    const label = { en: "A", zh: "A" };
    expect((await request("POST", "/v1/accounts/fields", { name, type, label, ...target })).status).toBe(201);
  }
});
afterAll(() => customer.close());

describe("fields with names of sixty characters", () => {
  let partner: View;
  beforeAll(async () => {
    partner = await customer.create("accounts", { name: "Partner" });
    for (let n = 0; n < 6; n++)
      await customer.create("accounts", {
        name: `A${n}`,
        industry: "steel",
        custom: {
          [SCORE]: n % 3,
          [COUNT]: n,
          [DOLLARS]: money("10.00", n % 2 ? "USD" : "CNY"),
          [EUROS]: money("1.00", "EUR"),
          [PARTNER]: partner.id,
        },
      });
  });

  it("sort a list page by page, each by itself", async () => {
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const { data, page } = await customer.list(
        `/v1/accounts?limit=1&sort=custom.${SCORE},-custom.${COUNT}${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...data.map(({ name }) => name as string));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual(["A3", "A0", "A4", "A1", "A5", "A2", "Partner"]);
  });

  it("are added up, each by itself and each currency by itself", async () => {
    const added = [SCORE, COUNT, DOLLARS, EUROS].map((name) => `custom.${name}`).join(",");
    const { status, body } = await request(
      "GET",
      `/v1/accounts/aggregate?filter[industry]=steel&sum=${added}&average=custom.${COUNT}`,
    );
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        data: [],
        total: {
          count: 6,
          sum: {
            [`custom.${SCORE}`]: 6,
            [`custom.${COUNT}`]: 15,
            [`custom.${DOLLARS}`]: [money("30.00", "CNY"), money("30.00", "USD")],
            [`custom.${EUROS}`]: [money("6.00", "EUR")],
          },
          average: { [`custom.${COUNT}`]: 2.5 },
        },
      },
    });
  });

  it("have the names beside them of what they refer to, in every answer", async () => {
    const shown = { [PARTNER]: partner.id, [besides(PARTNER)]: "Partner", [ADVISOR]: null, [besides(ADVISOR)]: null };
    const made = await customer.create("accounts", { name: "Made", custom: { [PARTNER]: partner.id } });
    expect(made).toMatchObject({ custom: shown });
    expect(await customer.get(`/v1/accounts/${made.id}`)).toMatchObject({ custom: shown });
    expect((await customer.list("/v1/accounts?filter[name]=Made")).data).toMatchObject([{ custom: shown }]);
  });
});
