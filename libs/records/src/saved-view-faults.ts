import type { RequestContext } from "@kehu/auth";
import { Problem, type CustomType, type FieldError } from "@kehu/contracts";
import { Injectable } from "@nestjs/common";
import { Values } from "./caller-sql.ts";
import { conditionsIn } from "./conditions.ts";
import { CustomFields } from "./custom-fields.ts";
import { fieldsFor } from "./field-rules.ts";
import type { Field } from "./field.ts";
import { parseFilter, type Filter } from "./filter.ts";
import { reachIn } from "./keyword-search.ts";
import { takesKeywords } from "./keywords.ts";
import { parseSearch } from "./list-query.ts";
import { RecordLists } from "./record-lists.ts";
import { Relations } from "./relations.ts";
import type { Resource } from "./resource.ts";
import { parseSort } from "./sort.ts";

/** What a view asks a list for; what is undefined is not looked at. */
export interface ViewDefinition {
  where?: object | null;
  q?: string | null;
  fields?: string[] | null;
  sort?: string[] | null;
}

/** Characters of a filter tree, as JSON. */
const LONGEST_TREE = 20_000;

/** Says what of a view the list of its resource does not take, of the caller, now. */
@Injectable()
export class SavedViewFaults {
  constructor(
    private readonly custom: CustomFields,
    private readonly lists: RecordLists,
    private readonly relations: Relations,
  ) {}

  /** @returns an error for each part that cannot be run: `where`, `q`, `fields`, `sort` */
  async running(declared: Resource, definition: ViewDefinition, who: RequestContext): Promise<FieldError[]> {
    const resource = await this.custom.of(declared, definition);
    const open = fieldsFor(resource, who);
    const { where, q, fields, sort } = definition;
    const errors: FieldError[] = [];
    const look = async (field: keyof ViewDefinition, missing: readonly string[], read: () => unknown) => {
      const fault = await faultOf(field, read);
      const names = [...new Set(missing)].join(", ");
      if (fault) errors.push(missing.length ? { ...fault, message: `There is no field ${names}.` } : fault);
    };
    const notOpen = (names: readonly string[]) => names.filter((name) => !Object.hasOwn(open, name));
    if (where) {
      const related = await this.relations.of(resource, who);
      const conditions = conditionsIn(where, { fields: open, related, isOfPersons: false });
      const missing = conditions.flatMap(({ name, field }) => (field ? [] : [name]));
      await look("where", missing, () => this.compile(resource, parseFilter(open, where, related), who));
    }
    if (typeof q === "string") await look("q", [], () => parseSearch(open, { q }, [], resource.keywords));
    if (fields) await look("fields", notOpen(fields), () => parseSearch(open, { fields }, []));
    if (sort) await look("sort", notOpen(sort.map((key) => key.replace(/^-/, ""))), () => parseSort(open, sort));
    return errors;
  }

  /**
   * A view is stored and told of as it is, and stays when a person is erased: so it must not say who he is.
   *
   * @returns an error for each part that must not be kept
   */
  async keeping(declared: Resource, definition: ViewDefinition, who: RequestContext): Promise<FieldError[]> {
    const resource = await this.custom.of(declared, definition);
    const { fields, keywords, person } = resource;
    const { where, q } = definition;
    const errors: FieldError[] = [];
    if (where && JSON.stringify(where).length > LONGEST_TREE)
      errors.push({
        field: "where",
        code: "view.too-large",
        message: `A filter has at most ${LONGEST_TREE} characters.`,
      });
    const known = { fields, related: await this.relations.of(resource, who), isOfPersons: person !== undefined };
    const conditions = where ? conditionsIn(where, known) : [];
    const telling = conditions.filter(({ field, op, isOfPersons }) => op !== "isNull" && tells(field, isOfPersons));
    if (telling.length)
      errors.push({
        field: "where",
        code: "view.personal",
        message: `A view keeps no values of ${telling.map(({ name }) => name).join(", ")}: they say who somebody is.`,
      });
    if (typeof q === "string" && takesKeywords(fields, keywords) && reachIn(fields, q).length)
      errors.push({ field: "q", code: "view.personal", message: "A view keeps no address or number of a person." });
    return errors;
  }

  /** Values are read when a filter becomes SQL. */
  private compile(resource: Resource, where: Filter, who: RequestContext): Promise<string> {
    return this.lists.condition(resource, { where, q: null }, "true", who, new Values());
  }
}

/** What the company has added to people is theirs, too; what is written in words may say who it is. */
function tells(field: Field | undefined, isOfPersons: boolean): boolean {
  if (!field) return false;
  const { personal, personName, custom } = field;
  return personal || personName || (isOfPersons && custom !== undefined && IN_WORDS.includes(custom.type));
}

const IN_WORDS: readonly CustomType[] = ["text", "longText", "link"];

async function faultOf(field: string, read: () => unknown): Promise<FieldError | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500) throw error;
    return { field, code: error.code, message: error.detail };
  }
}
