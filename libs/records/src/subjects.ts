import { NO_RULES, PERMISSIONS, type RequestContext } from "@kehu/auth";
import { NotFound, RuleViolation } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { PersonalData } from "@kehu/personal-data";
import { Injectable } from "@nestjs/common";
import { CustomFields } from "./custom-fields.ts";
import { historyPages, type HistoryEntry } from "./history.ts";
import { toInstant } from "./instant.ts";
import type { Resource, Subject } from "./resource.ts";
import { Values } from "./caller-sql.ts";
import { shapeView, viewColumns, type RecordView } from "./view.ts";

/** Rows of one query. */
const PAGE = 500;
/** What one service gives out of one person, at most, in characters of JSON. */
const MOST = 32 * 1024 * 1024;

type SubjectRow = { readonly id: string } & object;

/** Rows that name a person, of one kind: each kind becomes a file of the export. */
export interface SubjectKind {
  readonly name: string;
  /** The rows behind `after`, in the order of their ids; deleted ones, too. Null for the first ones. */
  page(subject: Subject, after: string | null, limit: number, who: RequestContext): Promise<readonly SubjectRow[]>;
}

/** What one service holds about a person. */
export interface SubjectPart {
  kinds: { name: string; records: readonly SubjectRow[] }[];
  history: (HistoryEntry & { resource: string; recordId: string })[];
}

/** Collects what this service holds about one person, for who may take out everything about him. */
@Injectable()
export class Subjects {
  private readonly resources = new Map<string, Resource>();
  private readonly kinds = new Map<string, SubjectKind>();

  constructor(
    private readonly database: Database,
    private readonly personal: PersonalData,
    private readonly custom: CustomFields,
  ) {}

  /** Takes a resource into the exports, where its records are about persons or name them. */
  register(resource: Resource): void {
    if (!resource.person && !resource.naming) return;
    this.resources.set(resource.name, resource);
    this.add({ name: resource.name, page: (...asked) => this.recordsOf(resource, ...asked) });
  }

  /** Takes rows into the exports that are no records of a resource. */
  add(kind: SubjectKind): void {
    this.kinds.set(kind.name, kind);
  }

  /**
   * @param type of the record: `contact` or `lead`
   * @returns the person whom a record of this service is about, be it deleted or not
   * @throws NotFound
   */
  async personOf(type: string, id: string): Promise<string> {
    const resource = this.originals().find((one) => one.type === type);
    const [row] = resource
      ? await this.database.query<{ id: string }>(`SELECT person_id AS id FROM ${resource.table} WHERE id = $1`, [id])
      : [];
    if (!row) throw new NotFound();
    return row.id;
  }

  /** @returns the contacts and leads of this service that are the person, and when he was erased */
  async recordsOfPerson(personId: string): Promise<Omit<Subject, "personId"> & { erasedAt: Date | null }> {
    const ids = async (type: string) => {
      const resource = this.originals().find((one) => one.type === type);
      if (!resource) return [];
      const sql = `SELECT id FROM ${resource.table} WHERE person_id = $1 ORDER BY id`;
      return (await this.database.query<{ id: string }>(sql, [personId])).map(({ id }) => id);
    };
    const [key] = await this.database.query<{ at: Date | null }>(
      "SELECT destroyed_at AS at FROM bus.person_key WHERE person_id = $1",
      [personId],
    );
    return { contactIds: await ids("contact"), leadIds: await ids("lead"), erasedAt: key?.at ?? null };
  }

  /**
   * Everything that this service holds about a person, and the history of it, whoever it belongs to. Fields that a role
   * hides are in it, and no names of other customers.
   *
   * @throws RuleViolation `subject-export.too-large`
   */
  async part(subject: Subject, who: RequestContext): Promise<SubjectPart> {
    const budget = new Budget();
    const part: SubjectPart = { kinds: [], history: [] };
    for (const kind of this.kinds.values()) {
      const records = await this.all(kind, subject, seeingAll(who), budget);
      part.kinds.push({ name: kind.name, records });
      const resource = this.resources.get(kind.name);
      if (!resource || records.length === 0) continue;
      const ids = records.map(({ id }) => id);
      for await (const entries of historyPages(this.database, this.personal, resource, ids, PAGE)) {
        budget.take(entries);
        part.history.push(...entries.map((entry) => ({ resource: resource.name, ...entry })));
      }
    }
    return part;
  }

  private async all(kind: SubjectKind, subject: Subject, who: RequestContext, budget: Budget): Promise<SubjectRow[]> {
    const all: SubjectRow[] = [];
    for (let after: string | null = null; ;) {
      const page: readonly SubjectRow[] = await kind.page(subject, after, PAGE, who);
      budget.take(page);
      all.push(...page);
      if (page.length < PAGE) return all;
      after = page.at(-1)!.id;
    }
  }

  private async recordsOf(
    declared: Resource,
    subject: Subject,
    after: string | null,
    limit: number,
    who: RequestContext,
  ): Promise<SubjectRow[]> {
    const resource = await this.custom.of(declared);
    const values = new Values();
    const { bind } = values;
    const naming = resource.naming?.(subject, bind) ?? aboutHim(resource, bind(subject.personId));
    const rows = await this.database.queryOnce(
      `SELECT ${viewColumns(resource, who, bind).columns}, t.deleted_at::text AS "deletedAt" FROM ${resource.table} t
       WHERE t.id = ANY(ARRAY(${naming})) AND (${bind(after)}::uuid IS NULL OR t.id > ${bind(after)}::uuid)
       ORDER BY t.id LIMIT ${bind(limit)}`,
      values.list,
    );
    return rows.map((row) => {
      const deletedAt = toInstant(row["deletedAt"] as string | null);
      return { ...withRetired(shapeView(resource, row, who, this.personal), row), deletedAt };
    });
  }

  /** Where a person comes from: everything else refers to these. */
  private originals(): Resource[] {
    return [...this.resources.values()].filter(({ type }) => type === "contact" || type === "lead");
  }
}

/** A view shows no fields that the company has retired, and the row keeps their values. */
function withRetired(view: RecordView, { custom }: Record<string, unknown>): RecordView {
  return custom ? { ...view, custom: { ...custom, ...(view["custom"] as object) } } : view;
}

const aboutHim = ({ table }: Resource, person: string) => `SELECT id FROM ${table} WHERE person_id = ${person}`;

/** Sees every record and every field, and of other records the names, but for those of other customers. */
function seeingAll(who: RequestContext): RequestContext {
  const names = PERMISSIONS.filter((name) => name !== "customer.contact.read" && name !== "sales.lead.read");
  return { ...who, fieldRules: NO_RULES, grants: Object.fromEntries(names.map((name) => [name, "all"])) };
}

/** Keeps an export within the memory of the process. */
class Budget {
  private left = MOST;

  take(rows: readonly object[]): void {
    this.left -= JSON.stringify(rows).length;
    if (this.left < 0)
      throw new RuleViolation("subject-export.too-large", "There is more about this person than one export can hold.");
  }
}
