import type { ActorType } from "@kehu/contracts";
import type { Columns } from "@kehu/database";

export const OUTCOMES = ["done", "denied", "failed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What is an entry without being an event, as it changes no record that events tell of. */
export type OwnAction =
  | "identity.session.opened"
  | "identity.session.ended"
  | "identity.session.refresh-reused"
  | "identity.password.changed"
  | "identity.audit.exported"
  | "customer.contact.revealed"
  | "sales.lead.revealed"
  | "operations.personal-data.exported"
  | "identity.request.refused";

/** Who caused an entry; nobody where it is not known. */
export interface Caller {
  actorType: ActorType;
  actorId: string;
  sessionId: string | null;
}

/** An entry that the gateway writes itself. */
export interface Entry {
  action: OwnAction;
  outcome: Outcome;
  caller: Caller | undefined;
  address: string | null;
  requestId: string;
  method?: string;
  /** The pattern (`/v1/accounts/{id}`), without values. */
  path?: string;
  status?: number;
  code?: string;
  recordType?: string | null;
  recordId?: string | null;
}

const OWN = {
  action: "text",
  outcome: "text",
  actor_type: "text",
  actor_id: "text",
  session_id: "text",
  address: "text",
  request_id: "text",
  method: "text",
  path: "text",
  status: "smallint",
  code: "text",
  record_type: "text",
  record_id: "text",
} as const satisfies Columns;

/** Columns of an entry that the gateway writes itself. */
export const OWN_COLUMNS: Columns = OWN;

export function rowOf(entry: Entry): Record<keyof typeof OWN, unknown> {
  const { caller } = entry;
  return {
    action: entry.action,
    outcome: entry.outcome,
    actor_type: caller?.actorType,
    actor_id: caller?.actorId,
    session_id: caller?.sessionId,
    address: entry.address,
    request_id: entry.requestId,
    method: entry.method,
    path: entry.path,
    status: entry.status,
    code: entry.code,
    record_type: entry.recordType,
    record_id: entry.recordId,
  };
}

/**
 * Entries as a part of the statement that does what they tell, so that both or neither is stored: one for each row of
 * `source`.
 *
 * @param source a table or part of the statement
 * @param recordId a column of it
 * @param first number of the first of four parameters, see `requester`
 */
export function entriesFrom(
  source: string,
  action: OwnAction,
  recordType: string,
  recordId: string,
  first: number,
  outcome: Outcome = "done",
): string {
  const parameter = (n: number) => `$${first + n}::text`;
  const [type, id, session, request] = [parameter(0), parameter(1), parameter(2), parameter(3)];
  return `INSERT INTO audit_entry (action, outcome, actor_type, actor_id, session_id, address, request_id, record_type, record_id)
    SELECT '${action}', '${outcome}', ${type}, ${id}, ${session}, request_address(${request}, coalesce(${session}, ${id})), ${request},
      '${recordType}', ${recordId}::text FROM ${source}`;
}

/** The parameters of `entriesFrom`. */
export function requester(caller: Caller | undefined, requestId: string): (string | null)[] {
  return [caller?.actorType ?? null, caller?.actorId ?? null, caller?.sessionId ?? null, requestId];
}
