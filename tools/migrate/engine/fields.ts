import { readAmount, readDay, readEmail, readInstant, readInteger, readPhone } from "./converters.ts";
import { RowFault, type Field, type KnownRecord, type Surroundings } from "./mapping.ts";

/** What happens to a value that cannot be used: the row fails, or it comes over without it and with a warning. */
type Unusable = "fails" | "warns";

const shorten = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}...` : text);

/** A field that reads one column; an empty cell says nothing about it, unless it is required. */
function column(name: string, read: (text: string, around: Surroundings) => unknown, isRequired = false): Field {
  return {
    columns: [name],
    isRequired,
    read: (row, around) => {
      const text = row.text(name);
      if (text !== "") return read(text, around);
      if (isRequired) throw new RowFault("import.required", name, `${name} is empty.`);
      return undefined;
    },
  };
}

function unusable(name: string, text: string, expected: string, then: Unusable, around: Surroundings): undefined {
  const message = `${name} is "${shorten(text)}"; expected: ${expected}.`;
  if (then === "fails") throw new RowFault("import.unreadable", name, message);
  around.warn("import.unreadable", name, message);
}

function converted(
  name: string,
  convert: (text: string, around: Surroundings) => unknown,
  expected: string,
  then: Unusable = "warns",
): Field {
  return column(name, (text, around) => convert(text, around) ?? unusable(name, text, expected, then, around));
}

/** The text of a column, as it is. */
export const text = (name: string) => column(name, (value) => value);
export const requiredText = (name: string) => column(name, (value) => value, true);

/** The text of a column, where spellings of the same thing become one. */
export const spelling = (name: string, same: Readonly<Record<string, string>>) =>
  column(name, (value) => same[value] ?? value);

/** The text of a column; an empty one is worth a warning. */
export function expectedText(name: string, same: Readonly<Record<string, string>> = {}): Field {
  const field = spelling(name, same);
  return {
    ...field,
    read: (row, around) => {
      if (row.text(name) === "") around.warn("import.empty", name, `${name} is empty.`);
      return field.read(row, around);
    },
  };
}

export const email = (name: string) => converted(name, readEmail, "an e-mail address");
export const phone = (name: string) =>
  converted(name, (value, { country }) => readPhone(value, country), "a phone number");
export const instant = (name: string) => converted(name, readInstant, "a date in the calendar");
export const day = (name: string) => converted(name, readDay, "a date in the calendar");
export const wholeNumber = (name: string) => converted(name, readInteger, "a whole number");

/** An amount of money in US dollars or another currency with two digits. */
export function money(name: string, currency: string, then: Unusable): Field {
  const read = (value: string) => {
    const amount = readAmount(value, 2);
    return amount === undefined ? undefined : { amount, currency };
  };
  return { ...converted(name, read, "an amount", then), kind: "money" };
}

/** A word of one vocabulary for a word of another. `whenEmpty` says what an empty cell is worth. */
export function word(
  name: string,
  words: Readonly<Record<string, string>>,
  unknown: Unusable,
  whenEmpty: "is-unknown" | "says-nothing" = "says-nothing",
): Field {
  const read = (value: string, around: Surroundings) =>
    Object.hasOwn(words, value) ? words[value] : unknownWord(name, value, Object.keys(words), unknown, around);
  return {
    columns: [name],
    isRequired: whenEmpty === "is-unknown",
    read: (row, around) => {
      const value = row.text(name);
      return value === "" && whenEmpty === "says-nothing" ? undefined : read(value, around);
    },
  };
}

function unknownWord(
  name: string,
  value: string,
  known: readonly string[],
  then: Unusable,
  around: Surroundings,
): undefined {
  const message = `${name} is "${shorten(value)}"; known: ${known.join(", ")}.`;
  if (then === "fails") throw new RowFault("import.unknown-value", name, message);
  around.warn("import.unknown-value", name, message);
}

/** A field that is emptied where the row says nothing about it, instead of beginning as Kehu has it begin. */
export const orEmpty = (field: Field): Field => ({
  ...field,
  isEmptied: true,
  read: (row, around) => field.read(row, around) ?? null,
});

/** The same for every row. */
export const always = (value: unknown): Field => ({ columns: [], read: () => value });

/** Id of a record that is there beforehand. */
export const prerequisite = (name: string): Field => ({
  columns: [],
  read: (_row, around) => around.prerequisite(name),
});

/** The user whose key stands in one column, or else whose exact name stands in another. */
export function owner({ id, name }: { id?: string; name: string }): Field {
  return {
    columns: id === undefined ? [name] : [id, name],
    refersTo: ["user"],
    read: (row, around) => {
      const key = id === undefined ? "" : row.text(id);
      const user =
        (key === "" ? undefined : around.byKey("user", key)) ??
        onlyOne(around.byAttribute("user", "name", row.text(name)));
      if (user) return user.id;
      const given = [key, row.text(name)].filter((part) => part !== "").join(" ");
      around.warn(
        "import.owner-unknown",
        name,
        given === "" ? "The row names no owner." : `There is no user ${shorten(given)}.`,
      );
      return undefined;
    },
  };
}

/** The one record in a list of one. */
export const onlyOne = (records: readonly KnownRecord[]) => (records.length === 1 ? records[0] : undefined);

/** The record whose key stands in the column; one that is not there makes a warning. */
export function reference(type: string, name: string): Field {
  return {
    columns: [name],
    refersTo: [type],
    read: (row, around) => {
      const key = row.text(name);
      if (key === "") return undefined;
      const found = around.byKey(type, key);
      if (!found) around.warn("import.reference-unknown", name, `There is no ${type} ${shorten(key)}.`);
      return found?.id;
    },
  };
}

/** The record that has the text of the column as its attribute, exactly; without one the row fails. */
export function requiredReferenceBy(type: string, attribute: string, name: string): Field {
  return {
    columns: [name],
    isRequired: true,
    refersTo: [type],
    read: (row, around) => {
      const value = row.text(name);
      const found = around.byAttribute(type, attribute, value);
      if (found.length === 1) return found[0]?.id;
      const message =
        found.length === 0
          ? `There is no ${type} "${shorten(value)}".`
          : `${found.length} records are called "${shorten(value)}".`;
      throw new RowFault(found.length === 0 ? "import.reference-unknown" : "import.reference-ambiguous", name, message);
    },
  };
}

/** A field that no other kind describes: it says itself what it reads. */
export const from = (columns: readonly string[], read: Field["read"], refersTo: readonly string[] = []): Field => ({
  columns,
  read,
  refersTo,
});

/** A later instant; one that is before the other column's cannot be right, and is left out with a warning. */
export function instantNotBefore(name: string, earlier: string): Field {
  const field = instant(name);
  return {
    ...field,
    columns: [name, earlier],
    read: (row, around) => {
      const value = field.read(row, around) as string | undefined;
      const first = readInstant(row.text(earlier));
      if (value === undefined || first === undefined || value >= first) return value;
      around.warn(
        "import.date-order",
        name,
        `${name} (${row.text(name)}) is before ${earlier} (${row.text(earlier)}).`,
      );
      return undefined;
    },
  };
}

/** Ways to reach a person, each the primary one of its kind. */
export function contactPoints(columns: { email: string; phone: string }): Field {
  const kinds = Object.entries({ email: email(columns.email), phone: phone(columns.phone) });
  return {
    columns: Object.values(columns),
    read: (row, around) => {
      const points = kinds.flatMap(([kind, field]) => {
        const value = field.read(row, around);
        return value === undefined ? [] : [{ kind, value, primary: true }];
      });
      return points.length > 0 ? points : undefined;
    },
  };
}
