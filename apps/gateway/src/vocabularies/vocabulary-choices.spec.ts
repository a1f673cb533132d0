import { RuleViolation } from "@kehu/contracts";
import type { ChoiceDto } from "@kehu/records";
import { mustKeep, wholeChoices } from "./vocabulary-choices.ts";

const choice = (value: string, en = value, zh = en, retired?: boolean): ChoiceDto => ({
  value,
  label: { en, zh },
  ...(retired !== undefined && { retired }),
});

function faultsOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return (error as RuleViolation).members.errors?.map(({ field, code }) => [field, code]);
  }
  return [];
}

describe("the choices of a vocabulary", () => {
  it("stand in their order, whole", () => {
    expect(wholeChoices([choice("b", "Bee", "蜂"), { ...choice("a", "x"), color: "#00ff00", retired: true }])).toEqual([
      { value: "b", label: { en: "Bee", zh: "蜂" }, color: null, retired: false },
      { value: "a", label: { en: "x", zh: "x" }, color: "#00ff00", retired: true },
    ]);
  });

  it("have composed characters", () => {
    expect(wholeChoices([choice("cafe\u0301")])[0]!.value).toBe("caf\u00e9");
  });

  it.each<[string, ChoiceDto[], [field: string, code: string][]]>([
    ["a value twice", [choice("a"), choice("b"), choice("a", "c")], [["choices.2.value", "vocabulary.choice-twice"]]],
    ["in another case", [choice("Steel"), choice("STEEL", "s")], [["choices.1.value", "vocabulary.choice-twice"]]],
    ["in another width", [choice("A1"), choice("Ａ１", "s")], [["choices.1.value", "vocabulary.choice-twice"]]],
    [
      "twice, once retired",
      [choice("a"), choice("a", "b", "b", true)],
      [["choices.1.value", "vocabulary.choice-twice"]],
    ],
    ["decomposed", [choice("caf\u00e9"), choice("cafe\u0301", "s")], [["choices.1.value", "vocabulary.choice-twice"]]],
    ["a space at the end", [choice("a ")], [["choices.0.value", "vocabulary.choice-format"]]],
    [
      "more than a message holds",
      Array.from({ length: 400 }, (_, n) => choice(`v${n}`, `${n}${"钢".repeat(250)}`)),
      [["choices", "vocabulary.too-large"]],
    ],
    ["a line break", [choice("a\nb", "c")], [["choices.0.value", "vocabulary.choice-format"]]],
    [
      "a label twice",
      [choice("a", "Other", "x"), choice("b", "other", "y")],
      [["choices.1.label.en", "vocabulary.word-twice"]],
    ],
    [
      "a label in the other language",
      [choice("a", "x", "Gas"), choice("b", "gas", "y")],
      [["choices.1.label.en", "vocabulary.word-twice"]],
    ],
    [
      "the value of a later one as a label",
      [choice("a", "b", "x"), choice("b", "y")],
      [["choices.0.label.en", "vocabulary.word-twice"]],
    ],
  ])("are refused with %s", (_, choices, faults) => {
    expect(faultsOf(() => wholeChoices(choices))).toEqual(expect.arrayContaining(faults));
  });

  it("may call one as a retired one was called", () => {
    expect(wholeChoices([choice("other", "Other", "其他", true), choice("misc", "Other", "其他")])).toHaveLength(2);
  });

  it("are retired, never removed", () => {
    const was = wholeChoices([choice("a"), choice("b")]);
    expect(faultsOf(() => mustKeep(wholeChoices([choice("b")]), was))).toEqual([
      ["choices", "vocabulary.choice-removed"],
    ]);
    expect(
      faultsOf(() => mustKeep(wholeChoices([choice("c"), choice("b"), choice("a", "A", "A", true)]), was)),
    ).toEqual([]);
  });
});
