/** What Kehu promises of records, deeds and imports, in memory and without a line of Kehu's own code. */

export type ResourceName = "accounts" | "contacts";
export type Mode = "create" | "update" | "upsert";
export type MatchBy = "externalId" | "title" | "custom.score";

/** What is set of a record: `title` stands for what it is called, `note` for another text, `names` for those in other systems. */
export interface Content {
  title: string;
  note: string | null;
  tags: string[];
  custom: { score?: number; region?: string };
  names: string[];
}
export interface Patch extends Partial<Omit<Content, "custom">> {
  custom?: { score?: number | null; region?: string | null };
}
export interface Held extends Content {
  id: string;
  resource: ResourceName;
  version: number;
  isDeleted: boolean;
  /** The account of a contact, and the one with which it was deleted. */
  under: Held | null;
  goneWith: Held | null;
}
/** A row of a file; what is missing is a blank cell. */
export interface Row {
  name?: string;
  title?: string;
  note?: string | null;
  score?: number | "many";
}
export interface Outcome {
  outcome: "created" | "updated" | "skipped" | "failed";
  code: string | null;
  record: Held | null;
}
interface Touched {
  isNew: boolean;
  version: number;
  was: Partial<Content>;
  is: Partial<Content>;
}
export interface Imported {
  id: string;
  resource: ResourceName;
  touched: Map<Held, Touched>;
  isUndone: boolean;
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
const contentOf = ({ title, note, tags, custom, names }: Content): Content => ({ title, note, tags, custom, names });
const PROPERTIES = ["title", "note", "tags", "custom", "names"] as const;

export class Model {
  readonly records: Held[] = [];
  readonly imports: Imported[] = [];
  /** Who is found by a name: a deleted record, too, until another one takes it. */
  private readonly holders = new Map<string, Held>();

  /** @returns null where another record has one of the names, and is not deleted */
  create(resource: ResourceName, content: Content, under: Held | null = null): Held | null {
    if (this.areTaken(resource, content.names)) return null;
    const custom = ordered(content.custom);
    const record = { ...content, custom, id: "", resource, version: 1, isDeleted: false, under, goneWith: null };
    this.records.push(record);
    this.settle(record);
    return record;
  }

  /** @returns what the request is answered with: a merge patch of a record that is there */
  change(record: Held, patch: Patch): 200 | 404 | 409 {
    if (record.isDeleted) return 404;
    if (this.areTaken(record.resource, patch.names ?? [], record)) return 409;
    this.set(record, patch);
    return 200;
  }

  remove(record: Held): 204 | 404 {
    if (record.isDeleted) return 404;
    record.isDeleted = true;
    record.version += 1;
    return 204;
  }

  /** Deletes an account and the contacts that it has now. */
  removeWithContacts(record: Held): 204 | 404 {
    if (record.isDeleted) return 404;
    for (const one of this.records.filter(({ under, isDeleted }) => under === record && !isDeleted)) {
      this.remove(one);
      one.goneWith = record;
    }
    return this.remove(record);
  }

  /** Who has lost a name to another one stays deleted, and with him all who were deleted together. */
  restore(record: Held): 200 | 409 {
    if (!record.isDeleted) return 200;
    const together = [record, ...this.records.filter(({ goneWith }) => goneWith === record)];
    if (together.some((one) => this.areTaken(one.resource, one.names, one))) return 409;
    for (const one of together) {
      Object.assign(one, { isDeleted: false, goneWith: null, version: one.version + 1 });
      this.settle(one);
    }
    return 200;
  }

  /** The names by which a record is found. */
  foundBy(record: Held): string[] {
    return record.names.filter((name) => this.holders.get(`${record.resource} ${name}`) === record).sort();
  }

  /** Imports rows one behind the other. */
  import(resource: ResourceName, mode: Mode, matchBy: MatchBy, rows: readonly Row[]): [Imported, Outcome[]] {
    const done: Imported = { id: "", resource, touched: new Map(), isUndone: false };
    this.imports.push(done);
    return [done, rows.map((row) => this.importRow(done, mode, matchBy, row))];
  }

  /** @returns how many records are as they were before, and how many are not since somebody has changed them */
  rollBack(done: Imported): { rolledBack: number; kept: number } {
    done.isUndone = true;
    let kept = 0;
    for (const [record, touched] of done.touched) if (!this.undo(record, touched)) kept += 1;
    return { rolledBack: done.touched.size - kept, kept };
  }

  private importRow(done: Imported, mode: Mode, matchBy: MatchBy, row: Row): Outcome {
    const { resource } = done;
    if (row.score === "many") return failed("import.cell-number");
    const key = { externalId: row.name, title: row.title, "custom.score": row.score }[matchBy];
    if (key === undefined && mode !== "create") return failed("import.no-key");
    const found = key === undefined ? [] : this.found(resource, matchBy, key);
    const [match] = found;
    if (found.length > 1) return failed("import.ambiguous");
    if (match?.isDeleted) return failed("import.target-deleted");
    if (match && mode === "create") return { outcome: "skipped", code: "import.exists", record: match };
    if (!match && mode === "update") return { outcome: "skipped", code: "import.no-match", record: null };
    return match ? this.importChange(done, match, row) : this.importNew(done, row);
  }

  private importNew({ resource, touched }: Imported, { name, title, note = null, score }: Row): Outcome {
    if (title === undefined) return failed("field.required");
    const custom = score === undefined ? {} : { score: score as number };
    const record = this.create(resource, { title, note, tags: [], custom, names: name ? [name] : [] });
    if (!record) return failed("external-id.taken");
    touched.set(record, { isNew: true, version: 1, was: {}, is: {} });
    return { outcome: "created", code: null, record };
  }

  private importChange({ touched }: Imported, record: Held, { name, title, note, score }: Row): Outcome {
    const names = name === undefined || record.names.includes(name) ? record.names : [...record.names, name];
    if (this.areTaken(record.resource, names, record)) return failed("external-id.taken");
    const before = contentOf(record);
    const patch = {
      names,
      ...(title !== undefined && { title }),
      ...(note && { note }),
      ...(score !== undefined && { custom: { score: score as number } }),
    };
    if (!this.set(record, patch)) return { outcome: "skipped", code: "import.unchanged", record };
    const differing = PROPERTIES.filter((property) => !same(before[property], record[property]));
    const of = (content: Content) => Object.fromEntries(differing.map((property) => [property, content[property]]));
    const known = touched.get(record) ?? { isNew: false, version: 0, was: {}, is: {} };
    const was = { ...of(before), ...known.was };
    touched.set(record, { ...known, version: record.version, was, is: { ...known.is, ...of(record) } });
    return { outcome: "updated", code: null, record };
  }

  private undo(record: Held, { isNew, version, was, is }: Touched): boolean {
    if (isNew) {
      // Somebody else has deleted it: it lets go of its names all the same.
      if (record.isDeleted) this.set(record, { names: [] });
      if (record.isDeleted) return true;
      if (record.version !== version) return false;
      Object.assign(record, { names: [], isDeleted: true, version: version + 1 });
      this.settle(record);
      return true;
    }
    if (record.isDeleted) return false;
    const touched = Object.keys(is) as (keyof Content)[];
    const untouched = touched.filter((property) => same(record[property], is[property]));
    const differing = untouched.filter((property) => !same(was[property], is[property]));
    const before = contentOf(record);
    for (const property of differing) Object.assign(record, { [property]: was[property] });
    if (is.custom && !untouched.includes("custom")) record.custom = undoneCustom(record.custom, was.custom!, is.custom);
    if (!same(before, contentOf(record))) record.version += 1;
    this.settle(record);
    return untouched.length === touched.length;
  }

  private set(record: Held, { custom, ...patch }: Patch): boolean {
    const merged = { ...contentOf(record), ...patch, custom: ordered({ ...record.custom, ...custom }) };
    if (PROPERTIES.every((property) => same(record[property], merged[property]))) return false;
    Object.assign(record, merged, { version: record.version + 1 });
    this.settle(record);
    return true;
  }

  private found(resource: ResourceName, matchBy: MatchBy, key: unknown): Held[] {
    const all = this.records.filter((record) => record.resource === resource);
    if (matchBy === "externalId") return all.filter((record) => this.foundBy(record).includes(key as string));
    return all.filter(
      ({ isDeleted, title, custom }) => !isDeleted && (matchBy === "title" ? title : custom.score) === key,
    );
  }

  private areTaken(resource: ResourceName, names: readonly string[], by?: Held): boolean {
    const holders = names.map((name) => this.holders.get(`${resource} ${name}`));
    return holders.some((holder) => holder && holder !== by && !holder.isDeleted);
  }

  /** Names that a record has no more are free; those that it has are its own, also where a deleted one had them. */
  private settle(record: Held): void {
    const held = this.foundBy(record);
    for (const [key, holder] of this.holders) if (holder === record) this.holders.delete(key);
    for (const name of record.isDeleted ? held : record.names) this.holders.set(`${record.resource} ${name}`, record);
  }
}

/** Values of the company's fields, without empty ones, and always in the same order. */
function ordered(custom: object): Content["custom"] {
  const filled = Object.entries(custom).filter(([, value]) => value !== null);
  return Object.fromEntries(filled.sort(([one], [other]) => (one < other ? -1 : 1)));
}

const failed = (code: string): Outcome => ({ outcome: "failed", code, record: null });

/** Each of the company's fields is taken back by itself. */
function undoneCustom(now: Content["custom"], was: Content["custom"], is: Content["custom"]): Content["custom"] {
  const of = (name: keyof Content["custom"]) => (now[name] === is[name] ? was[name] : now[name]) ?? null;
  return ordered({ score: of("score"), region: of("region") });
}
