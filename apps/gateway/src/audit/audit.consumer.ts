import { EVENTS, type AnyEnvelope, type EventOf, type EventType, type ExportState } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { Controller } from "@nestjs/common";

/** A snapshot tells a state again: nothing happened. */
const FACTS = (Object.keys(EVENTS) as EventType[]).filter((type) => !type.endsWith(".snapshot"));

/** The events of a batch mostly come of one request, whose address is looked up once. */
const INSERT = `
  WITH given AS MATERIALIZED (
    SELECT *, CASE WHEN actor_type <> 'system' THEN coalesce(session_id, actor_id) END AS caller
    FROM json_to_recordset($1) AS r (at timestamptz, action text, actor_type text, actor_id text, session_id text,
      request_id text, record_type text, record_id text, version integer, changed text[], event_id uuid, path text, n integer)
  ), origin AS MATERIALIZED (
    SELECT request_id, caller, request_address(request_id, caller) AS address
    FROM (SELECT DISTINCT request_id, caller FROM given WHERE caller IS NOT NULL) asked)
  INSERT INTO audit_entry (at, action, outcome, actor_type, actor_id, session_id, address, request_id,
    record_type, record_id, version, changed, event_id, path)
  SELECT r.at, r.action, 'done', r.actor_type, r.actor_id, r.session_id, o.address,
    r.request_id, r.record_type, r.record_id, r.version, r.changed, r.event_id, r.path
  FROM given r LEFT JOIN origin o USING (request_id, caller) ORDER BY r.n
  ON CONFLICT (event_id) WHERE event_id IS NOT NULL DO NOTHING`;

/** Makes an entry of every event of every service. */
@Controller()
export class AuditConsumer {
  @OnEvent(FACTS, "audit")
  async enter(events: EventOf<EventType>[], { tx }: EventContext): Promise<void> {
    await tx.query(INSERT, [JSON.stringify((events as unknown as AnyEnvelope[]).map(rowOf))]);
  }
}

/** Names of fields only: what is in them stays out. */
function rowOf(event: AnyEnvelope, n: number) {
  return {
    n,
    at: event.time,
    action: event.type,
    actor_type: event.actortype,
    actor_id: event.actorid,
    session_id: event.sessionid,
    request_id: event.correlationid,
    record_type: event.type.split(".")[1],
    record_id: event.subject,
    version: event.aggregateversion,
    changed: event.data["changed"],
    event_id: event.id,
    path: pathOf(event),
  };
}

/** A file that was taken out is no record: the pattern of its path says of what it was. */
function pathOf({ type, data }: AnyEnvelope): string | undefined {
  if (EVENTS[type as EventType].concept !== "export") return undefined;
  return `/v1/${(data["export"] as ExportState).resource}/exports/{id}`;
}
