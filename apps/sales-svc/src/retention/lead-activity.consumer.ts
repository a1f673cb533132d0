import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { Controller } from "@nestjs/common";

const INTERACTION_EVENTS = [
  "customer.interaction.created",
  "customer.interaction.updated",
  "customer.interaction.restored",
  "customer.interaction.snapshot",
] as const;
const TASK_EVENTS = [
  "customer.task.created",
  "customer.task.updated",
  "customer.task.completed",
  "customer.task.reopened",
  "customer.task.restored",
  "customer.task.snapshot",
] as const;
type InteractionEvent = EventOf<(typeof INTERACTION_EVENTS)[number]>;
type TaskEvent = EventOf<(typeof TASK_EVENTS)[number]>;

const LATEST = `
  INSERT INTO lead_activity AS known (lead_id, at)
  SELECT lead_id, max(at) FROM json_to_recordset($1) AS r (lead_id uuid, at timestamptz) GROUP BY lead_id ORDER BY lead_id
  ON CONFLICT (lead_id) DO UPDATE SET at = greatest(known.at, excluded.at)`;

/** Keeps when something was last done about a lead, for the retention rules; its only writer. */
@Controller()
export class LeadActivityConsumer {
  @OnEvent(INTERACTION_EVENTS, "lead-activity-interactions")
  async interactions(events: InteractionEvent[], { tx }: EventContext): Promise<void> {
    await tx.query(LATEST, [
      JSON.stringify(events.flatMap(({ data: { interaction } }) => leadsOf(interaction.links, interaction.occurredAt))),
    ]);
  }

  /** A task stands where it was done, else where it is due, else where it was made: as in timelines. */
  @OnEvent(TASK_EVENTS, "lead-activity-tasks")
  async tasks(events: TaskEvent[], { tx }: EventContext): Promise<void> {
    await tx.query(LATEST, [
      JSON.stringify(
        events.flatMap(({ data: { task } }) => leadsOf(task.links, task.completedAt ?? task.dueAt ?? task.createdAt)),
      ),
    ]);
  }
}

const leadsOf = (links: readonly { type: string; id: string }[], at: string) =>
  links.filter(({ type }) => type === "lead").map(({ id }) => ({ lead_id: id, at }));
