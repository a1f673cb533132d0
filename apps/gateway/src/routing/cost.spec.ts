import { costOf, pricedOf } from "./cost.ts";
import type { Method, OpenApiOperation } from "./document.ts";

const page: OpenApiOperation = { parameters: [{ name: "limit" }, { name: "cursor" }] };

function priceOf(method: Method, path: string, operation: OpenApiOperation = {}) {
  const refused: string[] = [];
  return { ...pricedOf(method, path, operation, (why) => refused.push(why)), refused };
}

describe("what an operation costs", () => {
  it.each<[number, Method, string, OpenApiOperation]>([
    [1, "GET", "/v1/accounts/{id}", {}],
    [1, "GET", "/v1/metrics", {}],
    [2, "POST", "/v1/accounts", {}],
    [2, "PATCH", "/v1/accounts/{id}", {}],
    [2, "DELETE", "/v1/accounts/{id}", {}],
    [5, "GET", "/v1/accounts", page],
    [5, "GET", "/v1/accounts/{id}/history", page],
    [10, "GET", "/v1/accounts/{id}/timeline", page],
    [10, "POST", "/v1/accounts/search", {}],
    [20, "GET", "/v1/metrics/{name}", {}],
    [20, "GET", "/v1/metrics/{name}/records", page],
    [50, "POST", "/v1/accounts/bulk", {}],
    [1_000, "GET", "/v1/audit-entries/export", {}],
    [1_000, "POST", "/v1/contacts/{id}/subject-export", {}],
    [100, "POST", "/v1/operations/sales/retention", {}],
    [100, "POST", "/v1/operations/analytics/rebuild", {}],
  ])("is %d for %s %s", (cost, method, path, operation) => {
    expect(priceOf(method, path, operation)).toEqual({ cost, counts: false, refused: [] });
  });

  it("is what it declares", () => {
    expect(priceOf("GET", "/v1/accounts", { ...page, "x-cost": 7 })).toMatchObject({ cost: 7, refused: [] });
  });

  it.each([0, -1, 1.5, 1_001, "7", null])(
    "is what its kind costs where it declares %j, and that is told",
    (declared) => {
      const { cost, refused } = priceOf("GET", "/v1/accounts", { ...page, "x-cost": declared });
      expect([cost, refused.length]).toEqual([5, 1]);
    },
  );

  it("is twice as much where all records are counted", () => {
    const { cost, counts } = priceOf("GET", "/v1/accounts", { parameters: [{ name: "cursor" }, { name: "count" }] });
    expect(costOf({ cost, counts }, "/v1/accounts?limit=5&count=exact")).toBe(10);
    expect(costOf({ cost, counts }, "/v1/accounts?filter[count]=1")).toBe(5);
    expect(costOf({ cost, counts: false }, "/v1/accounts?count=exact")).toBe(5);
  });
});
