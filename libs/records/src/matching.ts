import { phoneEnding, type BlindKind, type Reach } from "@kehu/personal-data";
import { valueIn } from "./custom-store.ts";
import type { Field, FieldMap } from "./field.ts";
import type { Filter } from "./filter.ts";
import {
  amountOf,
  type Amount,
  blindValue,
  listOf,
  parseValue,
  truth,
  type FilterOptions,
  type Operator,
} from "./filter-values.ts";
import { keywordMatcher, lower } from "./keywords.ts";
import { isMoment, spanOf, type Moment } from "./moment-filter.ts";
import { through, UNRELATED, type Related } from "./related.ts";

/** A record as the API shows it, or as events tell of it, decrypted; a field that it lacks is empty. */
export type RecordState = Readonly<Record<string, unknown>>;

/** @param reach of a person: where he is reached, normalised */
export type Matcher = (record: RecordState, reach?: Reach) => boolean;

/** What is known of the records that stand in a relation to one: those that the caller reaches, none of them deleted. */
export interface RelatedRecord {
  record: RecordState;
  reach?: Reach;
}

/** @param relation `account` for what `accountId` refers to, `contacts.accountId` for the contacts that refer to the record */
export type LookUp = (record: RecordState, relation: string) => readonly RelatedRecord[];

/**
 * Makes a filter a question about one record in memory, for rules and segments, which ask before anything is stored or
 * after something has happened. It says of every record what `filterSql` says of its row; a test compares the two.
 *
 * @param filter what `parseFilter` gave
 * @param related by which it was parsed
 * @param lookUp asked where the filter is about related records
 * @throws Malformed `filter.invalid-value`, as `filterSql` does
 */
export function matcherOf(
  fields: FieldMap,
  filter: Filter,
  options: FilterOptions,
  related: Related = UNRELATED,
  lookUp: LookUp = () => [],
): Matcher {
  const compile = (node: Filter): Matcher => {
    if ("and" in node) {
      const parts = node.and.map(compile);
      return (record, reach) => parts.every((holds) => holds(record, reach));
    }
    if ("or" in node) {
      const parts = node.or.map(compile);
      return (record, reach) => parts.some((holds) => holds(record, reach));
    }
    if ("not" in node) {
      const holds = compile(node.not);
      return (record, reach) => !holds(record, reach);
    }
    if ("words" in node) return keywordMatcher(node);
    if ("any" in node) {
      const { resource, by, where } = node.any;
      const holds = matcherOf(related.many.get(resource)!.get(by)!.fields, where, options);
      return (record) => lookUp(record, `${resource}.${by}`).some((one) => holds(one.record, one.reach));
    }
    const own = Object.hasOwn(fields, node.field) ? fields[node.field] : undefined;
    if (own) return onField(node.field, node.field, own, node, options);
    const { path, name, field } = through(related, node.field)!;
    const holds = onField(node.field, name, field!, node, options);
    return (record) => {
      const [one] = lookUp(record, path);
      return holds(one?.record ?? {}, one?.reach);
    };
  };
  return compile(filter);
}

/** @param called as the caller named the field @param name as its record has it */
function onField(
  called: string,
  name: string,
  field: Field,
  { op, value }: { op: Operator; value: unknown },
  options: FilterOptions,
): Matcher {
  if (field.blind) return reached(called, field, field.blind, op, value, options);
  const holds = condition(called, field, op, value, options);
  return (record) => holds(valueIn(record, name) ?? null);
}

type Condition = (has: unknown) => boolean;

function condition(name: string, field: Field, op: Operator, value: unknown, options: FilterOptions): Condition {
  if (op === "isNull") {
    const wanted = truth(name, value);
    return (has) => isEmpty(has) === wanted;
  }
  if (isMoment(field)) return momentCondition(name, field, op, value, options);
  if (field.kind === "money") return moneyCondition(name, op, value, options);
  const wanted = valuesOf(name, op, value).map((one) => comparable(field, parseValue(name, field, one, options)));
  if (field.kind === "list" || field.kind === "choices")
    return (has) => wanted.some((one) => ((has ?? []) as unknown[]).includes(one));
  const first = wanted[0]!;
  const part = lower(String(first));
  const onValue: Record<Exclude<Operator, "isNull">, (mine: Comparable) => boolean> = {
    eq: (mine) => wanted.includes(mine),
    in: (mine) => wanted.includes(mine),
    ne: (mine) => !wanted.includes(mine),
    nin: (mine) => !wanted.includes(mine),
    contains: (mine) => lower(String(mine)).includes(part),
    startsWith: (mine) => lower(String(mine)).startsWith(part),
    gt: (mine) => order(mine, first) > 0,
    gte: (mine) => order(mine, first) >= 0,
    lt: (mine) => order(mine, first) < 0,
    lte: (mine) => order(mine, first) <= 0,
  };
  const ofNothing = op === "ne" || op === "nin";
  return (has) => (has === null ? ofNothing : onValue[op](comparable(field, has)));
}

const isEmpty = (has: unknown) => has === null || (Array.isArray(has) && has.length === 0);

const valuesOf = (name: string, op: Operator, value: unknown) =>
  op === "in" || op === "nin" ? listOf(name, value) : [value];

type Comparable = string | bigint | boolean | number;

/** A value of a record or of a condition, so that equal ones are the same. */
function comparable(field: Field, value: unknown): Comparable {
  switch (field.kind) {
    case "integer":
      return BigInt(value as number | string);
    case "number":
      return Number(value);
    case "boolean":
      return value as boolean;
    case "id":
    case "reference":
      return (value as string).toLowerCase();
    default:
      return value as string;
  }
}

/** Amounts of other currencies are neither more nor less. */
function moneyCondition(
  name: string,
  op: Exclude<Operator, "isNull">,
  value: unknown,
  options: FilterOptions,
): Condition {
  const wanted = valuesOf(name, op, value).map((one) => amountOf(name, one, options));
  const isOneOf = (mine: Amount) =>
    wanted.some(({ minor, currency }) => minor === mine.minor && currency === mine.currency);
  const { minor, currency } = wanted[0]!;
  const compared = (holds: (mine: bigint) => boolean) => (mine: Amount) =>
    mine.currency === currency && holds(mine.minor);
  const onAmount: Partial<Record<Operator, (mine: Amount) => boolean>> = {
    eq: isOneOf,
    in: isOneOf,
    ne: (mine) => !isOneOf(mine),
    nin: (mine) => !isOneOf(mine),
    gt: compared((mine) => mine > minor),
    gte: compared((mine) => mine >= minor),
    lt: compared((mine) => mine < minor),
    lte: compared((mine) => mine <= minor),
  };
  const ofNothing = op === "ne" || op === "nin";
  return (has) => (has === null ? ofNothing : onAmount[op]!(amountOf(name, has, options)));
}

function momentCondition(
  name: string,
  field: Moment,
  op: Exclude<Operator, "isNull">,
  value: unknown,
  options: FilterOptions,
): Condition {
  const spans = valuesOf(name, op, value).map((one) => {
    const span = spanOf(name, field.kind, one, options);
    return "at" in span ? { from: moment(span.at), to: null } : { from: moment(span.from), to: moment(span.to) };
  });
  const within = (at: Comparable) =>
    spans.some(({ from, to }) => (to === null ? at === from : order(at, from) >= 0 && order(at, to) < 0));
  const { from, to } = spans[0]!;
  const onMoment: Partial<Record<Operator, (at: Comparable) => boolean>> = {
    eq: within,
    in: within,
    ne: (at) => !within(at),
    nin: (at) => !within(at),
    gt: (at) => (to === null ? order(at, from) > 0 : order(at, to) >= 0),
    gte: (at) => order(at, from) >= 0,
    lt: (at) => order(at, from) < 0,
    lte: (at) => (to === null ? order(at, from) <= 0 : order(at, to) < 0),
  };
  const ofNothing = op === "ne" || op === "nin";
  return (has) =>
    has === null ? ofNothing : onMoment[op]!(moment(has instanceof Date ? has.toISOString() : (has as string)));
}

/** Microseconds since 1970, as finely as Postgres keeps them. */
function moment(text: string): bigint | number {
  if (text === "infinity" || text === "-infinity") return Number(text.replace("infinity", "Infinity"));
  const fraction = /\.\d+/.exec(text)?.[0] ?? "";
  return BigInt(Date.parse(text.replace(fraction, ""))) * 1_000n + BigInt(Math.round(Number(`0${fraction}`) * 1e6));
}

/** Texts in the order of their bytes, as `filterSql` has it. */
function order(one: Comparable, other: Comparable): number {
  if (typeof one === "string") return Buffer.compare(Buffer.from(one), Buffer.from(other as string));
  return one < other ? -1 : Number(one > other);
}

const OF_REACH: Readonly<Record<BlindKind, (reach: Reach) => readonly string[]>> = {
  email: ({ emails }) => emails,
  phone: ({ phones }) => phones,
  emailDomain: ({ emails }) => emails.map((email) => email.slice(email.lastIndexOf("@") + 1)),
  phoneEnding: ({ phones }) => phones.map(phoneEnding),
};

function reached(
  name: string,
  field: Field,
  kind: BlindKind,
  op: Operator,
  value: unknown,
  options: FilterOptions,
): Matcher {
  const ofReach = (reach: Reach | undefined) => (reach ? OF_REACH[kind](reach) : []);
  if (op === "isNull") {
    const wanted = truth(name, value);
    return (_, reach) => isEmpty(ofReach(reach)) === wanted;
  }
  const wanted = valuesOf(name, op, value).map((one) => blindValue(name, field, one, options));
  return (_, reach) => ofReach(reach).some((one) => wanted.includes(one));
}
