import type { RequestContext } from "@kehu/auth";
import { Forbidden, Problem, RuleViolation, type FieldError } from "@kehu/contracts";
import { Database, type Tx } from "@kehu/database";
import { PersonalData } from "@kehu/personal-data";
import { Injectable } from "@nestjs/common";
import { hash } from "node:crypto";
import { BulkBatch, type ImportOperation, type Outcome, type Step } from "./bulk-batch.ts";
import type { BulkOperation, BulkRequest } from "./bulk.dto.ts";
import { Clock } from "./clock.ts";
import { CustomFields } from "./custom-fields.ts";
import { settable } from "./custom-values.ts";
import { validated } from "./validation.ts";
import { claimAll, keep } from "./idempotency.ts";
import { Records } from "./records.ts";
import { References, type Waiting } from "./references.ts";
import type { Change } from "./record.entity.ts";
import type { Resource } from "./resource.ts";

/** What became of one operation. */
export interface BulkResult {
  outcome: Outcome;
  id: string | null;
  warnings: FieldError[];
  errors: FieldError[];
}

/** Stores what became of operations beside their effects. */
export type Keep = (
  tx: Tx,
  results: readonly (readonly [operation: BulkOperation, result: BulkResult])[],
  changes: readonly Change[],
) => Promise<unknown>;

interface Options {
  atomic: boolean;
  keep?: Keep;
  waiting?: Waiting;
  isRehearsal?: boolean;
}

/** Many creations and changes of one resource in one request; each with the same guarantees as a single one. */
@Injectable()
export class Bulk {
  constructor(
    private readonly database: Database,
    private readonly records: Records,
    private readonly references: References,
    private readonly clock: Clock,
    private readonly personal: PersonalData,
    private readonly custom: CustomFields,
  ) {}

  /**
   * Runs the operations in order, in one transaction. Where the database refuses something that no rule foresaw (two
   * requests made the same external id at once), each runs again in a transaction of its own.
   *
   * @returns a result per operation, in their order
   * @throws Forbidden when `origin: import` is asked without the permission to import
   * @throws RuleViolation `bulk.failed` with the results when `atomic` is asked and an operation failed
   */
  async run(declared: Resource, request: BulkRequest, caller: RequestContext): Promise<{ results: BulkResult[] }> {
    const who = asOrigin(declared, request, caller);
    return { results: await this.work(declared, request.operations, who, { atomic: request.atomic ?? false }) };
  }

  /**
   * The same for the rows of an import, however many there are; `who` acts with the permission to import.
   *
   * @param keep is called in the transaction of the effects, with their results
   * @param waiting for records that other services have just made
   */
  import(
    declared: Resource,
    operations: readonly ImportOperation[],
    who: RequestContext,
    keep: Keep,
    waiting: Waiting,
  ): Promise<BulkResult[]> {
    return this.work(declared, operations, who, { atomic: false, keep, waiting });
  }

  /** What an import would make of operations; nothing is stored. */
  rehearse(declared: Resource, operations: readonly ImportOperation[], who: RequestContext): Promise<BulkResult[]> {
    return this.work(declared, operations, who, { atomic: false, isRehearsal: true });
  }

  private async work(
    declared: Resource,
    operations: readonly ImportOperation[],
    who: RequestContext,
    options: Options,
  ): Promise<BulkResult[]> {
    const resource = await this.custom.of(declared, operations);
    const steps = operations.map((operation, index) => stepOf(resource, operation, index, who, this.personal));
    await this.references.arrive(
      resource,
      steps.flatMap(({ data }) => data ?? []),
      who,
      options.waiting,
    );
    try {
      return await this.together(resource, steps, who, options);
    } catch (error) {
      if (options.atomic || !isCollision(error)) throw error;
    }
    const results: BulkResult[] = [];
    for (const step of steps) results.push(await this.alone(resource, step, who, options));
    return results;
  }

  private async alone(resource: Resource, step: Step, who: RequestContext, options: Options): Promise<BulkResult> {
    try {
      const [result] = await this.together(resource, [step], who, options);
      return result!;
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      const result = failed(error, null);
      if (options.keep) await this.database.transaction((tx) => options.keep!(tx, [[step.operation, result]], []));
      return result;
    }
  }

  private together(
    resource: Resource,
    steps: Step[],
    who: RequestContext,
    { atomic, keep: keepResults, isRehearsal = false }: Options,
  ): Promise<BulkResult[]> {
    return this.database.transaction(async (tx) => {
      const stored = await this.repliesOf(tx, steps, who);
      const batch = new BulkBatch(resource, this.records, this.references, this.clock);
      const open = steps.filter((step) => !stored.has(step.key));
      await batch.load(tx, open, who);
      const fresh = new Map<Step, BulkResult>();
      for (const step of open) fresh.set(step, resultOf(batch, step, who));
      const failures = [...fresh.values()].some(({ outcome }) => outcome === "failed");
      const results = steps.map((step) => fresh.get(step) ?? (stored.get(step.key) as BulkResult));
      if (atomic && failures)
        throw new RuleViolation("bulk.failed", "An operation failed, so nothing was done.", { results });
      if (isRehearsal) return results;
      await batch.store(tx, who);
      await keepResults?.(
        tx,
        steps.map(({ operation }, index) => [operation, results[index]!]),
        batch.changed,
      );
      if (who.idempotency)
        keep(
          tx,
          who,
          open.map((step) => ({ key: step.key, bodyHash: step.hash, reply: fresh.get(step) })),
        );
      return results;
    });
  }

  private async repliesOf(tx: Tx, steps: readonly Step[], who: RequestContext): Promise<Map<string, unknown>> {
    return who.idempotency ? claimAll(tx, who, new Map(steps.map(({ key, hash }) => [key, hash]))) : new Map();
  }
}

function asOrigin(resource: Resource, request: BulkRequest, who: RequestContext): RequestContext {
  if (request.origin !== "import") return who;
  const permission = resource.permissions.import;
  if (!(permission in who.grants)) throw new Forbidden("permission.denied", `This needs the permission ${permission}.`);
  return { ...who, origin: "import", permission };
}

/** Checks the shape of one operation; what is wrong with it becomes its own result. */
function stepOf(
  resource: Resource,
  operation: ImportOperation,
  index: number,
  who: RequestContext,
  personal: PersonalData,
): Step {
  const key = who.idempotency ? `${who.idempotency.key}#${index}` : "";
  const step = {
    key,
    hash: who.idempotency ? personal.fingerprint(hash("sha256", JSON.stringify(operation))) : "",
    operation,
  };
  try {
    if (operation.op === "update" && !operation.id)
      throw new RuleViolation("request.invalid", "An update names the id of its record.");
    const given = validated(dtoOf(resource, operation, who), operation.data);
    const data = settable(resource, given, who);
    return { ...step, data, problem: null };
  } catch (error) {
    if (error instanceof Problem) return { ...step, data: null, problem: error };
    throw error;
  }
}

function dtoOf(resource: Resource, operation: BulkOperation, who: RequestContext) {
  if (who.origin === "import") return resource.dto.import;
  return operation.op === "update" ? resource.dto.update : resource.dto.create;
}

function resultOf(batch: BulkBatch, step: Step, who: RequestContext): BulkResult {
  if (step.problem) return failed(step.problem, null);
  try {
    const { outcome, id } = batch.decide(step, who);
    return { outcome, id, warnings: [], errors: [] };
  } catch (error) {
    if (error instanceof Problem && error.status < 500) return failed(error, step.operation.id ?? null);
    throw error;
  }
}

function failed(problem: Problem, id: string | null): BulkResult {
  const errors = problem.members.errors ?? [{ field: "", code: problem.code, message: problem.detail }];
  return { outcome: "failed", id, warnings: [], errors: [...errors] };
}

/** Codes of what is wrong with one operation and comes out only when all are stored. */
const FOUND_LATE = ["external-id.taken", "person.erased", "person.unknown", "record.too-large"];

/** Unique violations, deadlocks and the like: the operations hinder each other, or another request's. */
function isCollision(error: unknown): boolean {
  if (error instanceof Problem) return FOUND_LATE.includes(error.code);
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" && /^(22|23|40)/.test(code);
}
