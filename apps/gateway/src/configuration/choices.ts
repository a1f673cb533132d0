import type { CustomChoice } from "@kehu/contracts";
import type { Fault } from "./item.ts";

/** A value that is chosen, as the file may have it. */
export type Choice = Pick<CustomChoice, "value" | "label"> & Partial<CustomChoice>;

export const wholeChoice = ({ value, label, color = null, retired = false }: Choice): Choice => ({
  value,
  label: { en: label.en, zh: label.zh },
  color,
  retired,
});

/** Those of the file in their order, and behind them those that only this install has: records may have them. */
export function mergedChoices(given: readonly Choice[], here: readonly Choice[] | null | undefined): Choice[] {
  const others = onlyHere(given, here);
  return [...given.map(wholeChoice), ...(here ?? []).filter(({ value }) => others.includes(value))];
}

/** The values that only this install has. */
export function onlyHere(given: readonly Choice[], here: readonly Choice[] | null | undefined): string[] {
  const values = new Set(given.map(({ value }) => value));
  return (here ?? []).map(({ value }) => value).filter((value) => !values.has(value));
}

/** What has been retired here, no file brings back. */
export function revivedChoice(given: readonly Choice[], here: readonly Choice[] | null | undefined): Fault | undefined {
  const retired = new Set((here ?? []).filter((one) => one.retired).map(({ value }) => value));
  const revived = given.find((one) => !one.retired && retired.has(one.value))?.value;
  return revived === undefined
    ? undefined
    : { code: "field.choice-retired", message: `The choice ${revived} is retired here: bring it back first.` };
}
