import fc from "fast-check";
import { normalPoints, withKinds, type GivenPoint } from "./contact-points.ts";

describe("normalPoints", () => {
  it("keeps e-mails in lower case and phones in E.164", () => {
    const points = normalPoints(
      [
        { kind: "email", value: " Wang.Wei@Huaxing.Example " },
        { kind: "phone", value: "138 0013 8000" },
        { kind: "wechat", value: " WangWei " },
      ],
      "CN",
    );
    expect(points).toEqual([
      { kind: "email", value: "wang.wei@huaxing.example", primary: true },
      { kind: "phone", value: "+8613800138000", primary: true },
      { kind: "wechat", value: "WangWei", primary: true },
    ]);
  });

  it.each([
    [{ kind: "email", value: "no mail" }, "contactPoints.1.value", "email.invalid"],
    [{ kind: "phone", value: "12" }, "contactPoints.1.value", "phone.invalid"],
    [{ kind: "address", value: " " }, "contactPoints.1.value", "field.required"],
    [{ kind: "email", value: "b@b.example", primary: true }, "contactPoints.1.primary", "contact-point.second-primary"],
  ] as const)("refuses %j, naming %s with %s", (point, field, code) => {
    const first = { kind: "email", value: "a@a.example", primary: true } as const;
    expect(() => normalPoints([first, point], "US")).toThrow(
      expect.objectContaining({ status: 422, members: { errors: [expect.objectContaining({ field, code })] } }),
    );
  });

  it("counts a value that is given twice once, and takes the marked one as primary", () => {
    const points = normalPoints(
      [
        { kind: "email", value: "a@a.example" },
        { kind: "email", value: "b@b.example" },
        { kind: "email", value: "B@b.example", primary: true },
      ],
      "US",
    );
    expect(points).toEqual([
      { kind: "email", value: "a@a.example", primary: false },
      { kind: "email", value: "b@b.example", primary: true },
    ]);
  });

  it("leaves exactly one primary of each kind, and changes nothing when done again", () => {
    const email = fc.constantFrom("a@a.example", "A@a.example", "b@b.example", "c@c.example");
    const phone = fc.constantFrom("805-247-8982", "+1 805 247 8982", "732-984-5010");
    const point: fc.Arbitrary<GivenPoint> = fc.oneof(
      fc.record({ kind: fc.constant("email" as const), value: email }),
      fc.record({ kind: fc.constant("phone" as const), value: phone }),
    );
    fc.assert(
      fc.property(fc.array(point), (given) => {
        const points = normalPoints(given, "US");
        for (const kind of new Set(given.map((one) => one.kind))) {
          expect(points.filter((one) => one.kind === kind && one.primary)).toHaveLength(1);
        }
        expect(normalPoints(points, "US")).toEqual(points);
      }),
    );
  });
});

describe("withKinds", () => {
  const KEPT = normalPoints(
    [
      { kind: "email", value: "a@a.example" },
      { kind: "phone", value: "+8613800138000" },
      { kind: "email", value: "b@b.example", primary: true },
      { kind: "address", value: "上海" },
    ],
    "CN",
  );
  const after = (given: GivenPoint[], country = "") => normalPoints(withKinds(KEPT, given, country), country);

  it.each([
    ["the one to use first", [{ kind: "email", value: "B@b.example" }]],
    ["another one", [{ kind: "email", value: "a@a.example" }]],
    [
      "of two kinds",
      [
        { kind: "email", value: "b@b.example" },
        { kind: "phone", value: "138 0013 8000" },
      ],
    ],
  ] as const)("changes nothing where the person has the value: %s", (_, given) => {
    expect(after([...given], "CN")).toEqual(KEPT);
  });

  it("puts a value in the place of the one to use first, and leaves the others of its kind", () => {
    const [a, phone, , address] = KEPT;
    const c = { kind: "email", value: "c@c.example", primary: true };
    expect(after([{ kind: "email", value: "C@c.example" }])).toEqual([a, phone, c, address]);
  });

  it("adds a kind that the person does not have", () => {
    const added = { kind: "wechat", value: "wang", primary: true };
    expect(after([{ kind: "wechat", value: "wang" }])).toEqual([...KEPT, added]);
  });
});
