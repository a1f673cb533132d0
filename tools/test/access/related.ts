import { valueIn } from "./attempts.ts";
import { sees } from "./policy-model.ts";
import { RESOURCES, type TestResource } from "./resources.ts";
import { pageOf, type Watch } from "./watch.ts";

/** As `GET /v1/{resource}/fields` shows what filters may ask of related records. */
export interface RelatedView {
  many: boolean;
  by: string;
  type: string;
  resource: string | null;
  fields: { name: string; operators: string[] }[];
}

type Row = Readonly<Record<string, unknown>>;
interface Condition {
  field: string;
  op: string;
  value: unknown;
}

/** What an empty field is found by. */
const OF_NOTHING = (op: string, value: unknown) => op === "ne" || op === "nin" || (op === "isNull" && value === true);

/**
 * Asks for records by every field of what they refer to, where the actor sees the record and not what it refers to: that
 * must be as good as nothing.
 *
 * @param rows all records of the resource, as the administrator sees them
 */
export async function throughReferences(
  watch: Watch,
  resource: TestResource,
  related: readonly RelatedView[],
  rows: readonly Row[],
): Promise<number> {
  let asked = 0;
  const seen = await found(watch, resource, { and: [] });
  for (const { by, type, fields } of related.filter(({ many }) => !many)) {
    const target = RESOURCES.find(({ concept }) => concept.endsWith(`.${type}`));
    if (!target) continue;
    const isBlind = (row: Row) => seen.has(String(row["id"])) && isUnseen(watch, target, row[by]);
    const blind = rows.filter(isBlind);
    const [first] = blind;
    if (!first) continue;
    const whole = await watch.world.admin("GET", `/v1/${target.name}/${String(first[by])}`);
    const expected = blind.map(({ id }) => String(id));
    for (const condition of conditionsOn(fields, { ...whole, name: nameOf(whole) })) {
      asked += 1;
      const ids = await found(watch, resource, condition);
      const shown = expected.filter((id) => ids.has(id)).length;
      const right = OF_NOTHING(condition.op, condition.value) ? expected.length : 0;
      if (shown !== right)
        watch.note(`${resource.name} where ${JSON.stringify(condition)} shows ${shown}, not ${right}`);
      const complement = await found(watch, resource, { not: condition });
      if (ids.size + complement.size !== seen.size)
        watch.note(`${JSON.stringify(condition)} and its opposite are not all`);
    }
  }
  return asked;
}

/** Asks for records by those that refer to them and that the actor does not see: none of them is found by one. */
export async function throughReferring(
  watch: Watch,
  resource: TestResource,
  related: readonly RelatedView[],
): Promise<number> {
  let asked = 0;
  for (const { resource: name, by } of related.filter(({ many }) => many)) {
    const other = RESOURCES.find((one) => one.name === name);
    if (!other) continue;
    const { data } = pageOf({ body: await watch.world.admin("GET", `/v1/${other.name}?limit=200`) });
    const { data: described } = await watch.world.admin("GET", `/v1/${other.name}/fields`);
    const fields = (described as RelatedView["fields"]).filter(({ operators }) => operators.length > 0);
    const any = (where: object) => ({ any: { resource: name, by, where } });
    for (const unseen of data.filter(({ id }) => isUnseen(watch, other, id))) {
      asked += 1;
      const ids = await found(watch, resource, any({ field: "id", value: unseen["id"] }));
      if (ids.size > 0) watch.note(`${resource.name} are found by a record of ${other.name} that is out of reach`);
    }
    const [unseen] = data.filter(({ id }) => isUnseen(watch, other, id));
    const marked = conditionsOn(fields, unseen ?? {}).filter(({ op, value }) => op === "eq" && isMark(value));
    for (const condition of marked) {
      asked += 1;
      const ids = await found(watch, resource, any(condition));
      if (ids.size > 0)
        watch.note(`${resource.name} where any of ${other.name} has ${condition.field} shows ${ids.size}`);
    }
  }
  return asked;
}

/** Whether a planted record is one that the actor does not see; of others nothing is known. */
function isUnseen(watch: Watch, target: TestResource, id: unknown): boolean {
  const place = typeof id === "string" ? watch.world.placeOf(target, id) : undefined;
  return place !== undefined && (place === "deleted" || !sees(watch.actor, target.concept, place));
}

/** Nothing but the planted record has such a value. */
const isMark = (value: unknown) => typeof value === "string" && value.startsWith("zq-");

const nameOf = ({ name, subject, firstName, lastName }: Row) =>
  name ?? subject ?? `${String(firstName)} ${String(lastName)}`;

/** By each operator, with the value that the record has. */
function conditionsOn(fields: RelatedView["fields"], record: Row): Condition[] {
  return fields.flatMap(({ name, operators }) => {
    const value = valueIn(record, name.replace(/^(?!custom\.)\w+\./, ""));
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return [];
    return operators.flatMap((op): Condition[] => {
      if (op === "isNull") return [true, false].map((one) => ({ field: name, op, value: one }));
      return [{ field: name, op, value: /^n?in$/.test(op) ? [value] : value }];
    });
  });
}

async function found(watch: Watch, resource: TestResource, where: object): Promise<Set<string>> {
  const path = `/v1/${resource.name}/search`;
  const answer = await watch.ask("POST", path, { body: { where, count: "exact", limit: 200 } });
  if (answer.status !== 200) {
    watch.note(`${path} ${JSON.stringify(where)} answers ${answer.status}`);
    return new Set();
  }
  const { data, page } = pageOf(answer);
  if (page.total !== data.length) watch.note(`${path} ${JSON.stringify(where)} counts ${String(page.total)}`);
  return new Set(data.map(({ id }) => String(id)));
}
