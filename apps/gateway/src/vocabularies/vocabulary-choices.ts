import { RuleViolation, type CustomChoice, type FieldError } from "@kehu/contracts";
import type { ChoiceDto } from "@kehu/records";

/** An event carries all of them, and a broker takes no messages beyond 1 MB. */
const MOST_BYTES = 500_000;

/** As two words are compared: who types one, or has it in a file, does not mind its case or width. */
const folded = (word: string) => word.normalize("NFKC").toLowerCase();

/**
 * Checks the values of a vocabulary: each stands once, in any case, and each word names one of those that can be chosen.
 *
 * @returns them as they are stored
 * @throws RuleViolation naming each place (`choices.3.value`)
 */
export function wholeChoices(given: readonly ChoiceDto[]): CustomChoice[] {
  const choices = given.map(({ value, label, color = null, retired = false }) => {
    return { value: value.normalize("NFC"), label: { en: label.en, zh: label.zh }, color, retired };
  });
  const size = Buffer.byteLength(JSON.stringify(choices));
  const tooLarge = fault(
    "choices",
    "vocabulary.too-large",
    `At most ${MOST_BYTES / 1000} KB; these have ${size} bytes.`,
  );
  mustFit([...(size > MOST_BYTES ? [tooLarge] : []), ...faultyValues(choices), ...wordsTwice(choices)]);
  return choices;
}

/**
 * Checks that no value is gone: records may have it.
 *
 * @throws RuleViolation `vocabulary.choice-removed`
 */
export function mustKeep(choices: readonly CustomChoice[], was: readonly CustomChoice[]): void {
  const kept = new Set(choices.map(({ value }) => value));
  const gone = was.filter(({ value }) => !kept.has(value));
  const say = (value: string) => `Records may have ${value}: send it too, with "retired": true.`;
  mustFit(gone.map(({ value }) => fault("choices", "vocabulary.choice-removed", say(value))));
}

function faultyValues(choices: readonly CustomChoice[]): FieldError[] {
  const first = new Map<string, number>();
  return choices.flatMap(({ value }, place) => {
    const field = `choices.${place}.value`;
    const twin = first.get(folded(value));
    if (twin === undefined) first.set(folded(value), place);
    else
      return [
        fault(field, "vocabulary.choice-twice", `choices.${twin} has this value, too; case makes no difference.`),
      ];
    const isClean = value === value.trim() && !/\p{Cc}/u.test(value);
    return isClean ? [] : [fault(field, "vocabulary.choice-format", "No space at the end and no control character.")];
  });
}

/** A form shows labels and a file may have them: two choices that are called alike could not be told apart. */
function wordsTwice(choices: readonly CustomChoice[]): FieldError[] {
  const named = new Map<string, number>();
  const words = choices.flatMap(({ value, label, retired }, place) =>
    retired ? [] : [["value", value, place] as const, ...languages(label).map((one) => [...one, place] as const)],
  );
  for (const [, word, place] of words.filter(([property]) => property === "value")) named.set(folded(word), place);
  return words.flatMap(([property, word, place]) => {
    const other = named.get(folded(word));
    if (other === undefined) named.set(folded(word), place);
    if (other === undefined || other === place) return [];
    const message = `choices.${other} is called like this, too.`;
    return [fault(`choices.${place}.${property}`, "vocabulary.word-twice", message)];
  });
}

const languages = ({ en, zh }: CustomChoice["label"]) => [["label.en", en] as const, ["label.zh", zh] as const];

const fault = (field: string, code: string, message: string): FieldError => ({ field, code, message });

function mustFit(errors: readonly FieldError[]): void {
  const [first] = errors;
  if (first) throw new RuleViolation(first.code, `${first.field}: ${first.message}`, { errors });
}
