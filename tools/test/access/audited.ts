import type { Refusal, World } from "./world.ts";

interface Found {
  id: string;
  entries: number;
  type: string | null;
  by: string | null;
}

/** Each refusal since the last look has made exactly one entry in the audit trail, of who was refused. @returns the others */
export async function auditFaults(world: World): Promise<string[]> {
  const refusals = world.refusals.splice(0);
  world.audited += refusals.length;
  const rows = await world.system.rows<Found>(
    `SELECT request_id AS id, count(*)::int AS entries, min(actor_type) AS type, min(actor_id) AS by
     FROM identity.audit_entry WHERE outcome = 'denied' AND request_id = ANY($1) GROUP BY request_id`,
    [refusals.map(({ requestId }) => requestId)],
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  return refusals.flatMap((refusal) => {
    const fault = faultOf(world, refusal, found.get(refusal.requestId));
    return fault === null ? [] : [`${refusal.actor}: ${refusal.what} ${fault} in the audit trail`];
  });
}

function faultOf(world: World, { actor }: Refusal, found: Found | undefined): string | null {
  if (found?.entries !== 1) return `has ${found?.entries ?? 0} entries`;
  const { type, by } = found;
  if (actor === "anonymous") return by === null ? null : "is somebody's";
  const isRight = by === world.people.get(actor).id && type === (actor === "narrow key" ? "api-key" : "user");
  return isRight ? null : "is another's";
}
