import type { RequestContext } from "@kehu/auth";
import { Forbidden, NotFound, RuleViolation, type FieldError, type Problem } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import type { BulkOperation } from "./bulk.dto.ts";
import type { Clock } from "./clock.ts";
import { mustHaveCustom, withAllOf } from "./custom-values.ts";
import type { RecordDto } from "./dto.ts";
import { nameKey } from "./external-ids.ts";
import { mustBeListed } from "./listed-values.ts";
import type { Change, Locked, RecordEntity } from "./record.entity.ts";
import type { Records } from "./records.ts";
import type { References } from "./references.ts";
import type { Resource } from "./resource.ts";

export type Outcome = "created" | "updated" | "unchanged" | "failed";

/** What an import does with a record: of the lists `inPart` its `data` have some kinds, and the others stay. */
export type ImportOperation = BulkOperation & { readonly inPart?: readonly string[] };

/** One operation of a bulk request; `data` is validated, or `problem` says what is wrong with it. */
export interface Step {
  key: string;
  hash: string;
  operation: ImportOperation;
  data: RecordDto | null;
  problem: Problem | null;
}

/** The records that a bulk request touches, loaded and locked with a few statements, and stored with as many. */
export class BulkBatch {
  private readonly locked = new Map<string, Locked<RecordEntity>>();
  private readonly idOf = new Map<string, string>();
  private readonly resolved = new Map<Step, { data: object; faults: FieldError[] }>();
  private context: unknown;
  private readonly changes = new Map<string, Change>();

  constructor(
    private readonly resource: Resource,
    private readonly records: Records,
    private readonly references: References,
    private readonly clock: Clock,
  ) {}

  /** Finds and locks the targets, and resolves the references, of all steps at once. */
  async load(tx: Tx, steps: readonly Step[], who: RequestContext): Promise<void> {
    const valid = steps.filter((step) => step.data !== null);
    const names = valid
      .filter(({ operation }) => operation.op === "upsert")
      .flatMap(({ data }) => data!.externalIds ?? []);
    if (names.length) {
      const found = await tx.query<{ system: string; external_id: string; record_id: string }>(
        `SELECT e.system, e.external_id, e.record_id FROM json_populate_recordset(NULL::external_id, $2) n
         JOIN external_id e ON e.type = $1 AND e.system = n.system AND e.external_id = n.external_id`,
        [this.resource.type, JSON.stringify(names.map(({ system, id }) => ({ system, external_id: id })))],
      );
      for (const row of found) this.idOf.set(nameKey({ system: row.system, id: row.external_id }), row.record_id);
    }
    const ids = new Set([
      ...this.idOf.values(),
      ...valid.flatMap(({ operation }) => (operation.op === "update" ? [operation.id!.toLowerCase()] : [])),
    ]);
    if (ids.size) {
      for (const one of await this.records.lock(tx, this.resource, [...ids], who)) this.locked.set(one.record.id, one);
    }
    const resolved = await this.references.resolveAll(
      tx,
      this.resource,
      valid.map(({ data }) => data!),
      who,
    );
    this.context = await this.resource.context?.(
      tx,
      resolved.map(({ data }) => data),
      valid.filter((step) => this.makesNew(step)).length,
      who,
    );
    valid.forEach((step, index) => this.resolved.set(step, resolved[index]!));
  }

  /** Lets the entity decide about one step; nothing is stored yet. */
  decide(step: Step, who: RequestContext): { outcome: Outcome; id: string } {
    const { data, faults } = this.resolved.get(step)!;
    if (faults.length) throw new RuleViolation(faults[0]!.code, faults[0]!.message, { errors: faults });
    const target = this.target(step);
    return target ? this.changeOne(target, this.whole(step, target, data), who) : this.createOne(data, who);
  }

  /** What changed, once all is decided. */
  get changed(): Change[] {
    return [...this.changes.values()];
  }

  async store(tx: Tx, who: RequestContext): Promise<void> {
    await this.records.store(tx, this.resource, this.changed, who);
  }

  private target({ operation, data }: Step): RecordEntity | null {
    if (operation.op === "create") return null;
    const id =
      operation.op === "update"
        ? operation.id!.toLowerCase()
        : data!.externalIds?.map((name) => this.idOf.get(nameKey(name))).find((found) => found);
    if (operation.op === "upsert") {
      if (!data!.externalIds?.length)
        throw new RuleViolation("import.no-external-id", "An upsert needs an external id.");
      if (!id) return null;
    }
    const found = this.locked.get(id!);
    if (!found) throw new NotFound();
    if (!found.writable) throw new Forbidden("record.not-writable", "You may read this record but not change it.");
    if (found.record.deletedAt) {
      if (operation.op === "update") throw new NotFound();
      throw new RuleViolation("import.target-deleted", "The record with this external id was deleted.");
    }
    return found.record;
  }

  private makesNew({ operation, data }: Step): boolean {
    if (operation.op !== "upsert") return operation.op === "create";
    return !data!.externalIds?.some((name) => this.idOf.has(nameKey(name)));
  }

  private changeOne(record: RecordEntity, data: object, who: RequestContext): { outcome: Outcome; id: string } {
    const before = record.state();
    const was = who.jobId === null ? undefined : { ...record };
    const patch = withAllOf(record, withoutKnownNames(record, data));
    mustBeListed(this.resource, before, patch, who);
    const now = this.clock.now();
    const events =
      who.origin === "import" ? record.imported(patch, now, this.context) : record.update(patch, now, this.context);
    if (events.length === 0) return { outcome: "unchanged", id: record.id };
    const earlier = this.changes.get(record.id);
    if (earlier) earlier.events.push(...events);
    else this.changes.set(record.id, { record, before, events, was });
    return { outcome: "updated", id: record.id };
  }

  /** @returns the data, in which lists that were given in part have all kinds */
  private whole({ operation: { inPart = [] } }: Step, record: RecordEntity, data: object): object {
    const [stored, given] = [record, data].map((one) => one as unknown as Readonly<Record<string, unknown>>);
    const listed = inPart.filter((name) => given![name] !== undefined);
    const of = (name: string) => this.resource.fields[name]!.withKinds!(stored![name], given![name], this.context);
    return { ...data, ...Object.fromEntries(listed.map((name) => [name, of(name)])) };
  }

  private createOne(data: RecordDto, who: RequestContext): { outcome: Outcome; id: string } {
    const record = this.records.born(this.resource, who);
    const now = record.createdAt;
    if (who.origin === "import") record.ownerId = null;
    mustHaveCustom(this.resource, data, who);
    const whole = withAllOf(record, data);
    mustBeListed(this.resource, null, whole, who);
    const events =
      who.origin === "import" ? record.imported(whole, now, this.context) : record.open(whole, now, this.context);
    this.changes.set(record.id, { record, before: null, events });
    this.locked.set(record.id, { record, writable: true });
    for (const name of data.externalIds ?? []) this.idOf.set(nameKey(name), record.id);
    return { outcome: "created", id: record.id };
  }
}

/** A record keeps the names that it has; an upsert adds those that are new. */
function withoutKnownNames(record: RecordEntity, data: RecordDto): object {
  const names = data.externalIds?.filter(
    (name) => !record.externalIds.some((known) => nameKey(known) === nameKey(name)),
  );
  return { ...data, externalIds: names?.length ? [...record.externalIds, ...names] : undefined };
}
