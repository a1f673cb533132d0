import type { Account, Activity, Campaign, Case, Contact, Lead, Member, Task, User } from "./model.ts";
import { CALL_PURPOSES, CALL_SUBJECTS, EVENT_SUBJECTS, TASK_SUBJECTS } from "./names.ts";
import { DAY, MINUTE } from "./time.ts";
import type { Workshop } from "./workshop.ts";

const CASE_MEANINGS = { Closed: "closed", "On Hold": "on_hold", Escalated: "open" };
const ORIGIN_MEANINGS = { Email: "email", "Social Media": "social", Other: "other", Web: "web", Phone: "phone" };
const MEMBER_MEANINGS = {
  Planned: "planned",
  Invited: "invited",
  Sent: "sent",
  Received: "delivered",
  Opened: "opened",
  Responded: "responded",
  Bounced: "bounced",
  "Opted Out": "opted_out",
};
const TASK_MEANINGS = { Completed: "completed", "Not Started": "open", "In Progress": "in_progress" };

export function generateCases({ random, hand, moment, count }: Workshop, users: readonly User[]): Case[] {
  const cases: Case[] = [];
  for (let index = 0; index < count(797); index++) {
    const created = moment();
    const before = cases.at(-1);
    // Now and then two cases come in the same minute by the same way.
    const twin =
      before && hand.slips()
        ? { owner: before.owner, origin: before.origin, created: before.created, modified: before.modified }
        : {};
    cases.push({
      owner: hand.owner(users, false),
      status: hand.word(CASE_MEANINGS, { Closed: 249, "On Hold": 264, Escalated: 284 }),
      origin: hand.word(ORIGIN_MEANINGS, { Email: 256, "Social Media": 152, Other: 144, Web: 135, Phone: 110 }),
      created: hand.date(created),
      modified: hand.date(created + random.between(1, 90 * 24 * 60) * MINUTE),
      ...twin,
    });
  }
  return cases;
}

export function generateMembers(
  { random, hand, moment, count }: Workshop,
  leads: readonly Lead[],
  campaigns: readonly Campaign[],
): Member[] {
  return Array.from({ length: count(3900) }, () => {
    const campaign = hand.slips() ? null : random.pick(campaigns);
    return {
      campaignName: campaign?.name ?? "A campaign that nobody knows",
      campaign,
      lastName: hand.slips() ? "Nobody" : random.pick(leads).lastName || "Nobody",
      status: hand.word(MEMBER_MEANINGS, {
        Planned: 235,
        Invited: 511,
        Sent: 526,
        Received: 500,
        Opened: 457,
        Responded: 470,
        Bounced: 506,
        "Opted Out": 695,
      }),
      modified: hand.date(moment()),
    };
  });
}

interface Linked {
  readonly accounts: readonly Account[];
  readonly contacts: readonly Contact[];
  readonly leads: readonly Lead[];
}

export function generateActivities(
  workshop: Workshop,
  users: readonly User[],
  linked: Linked,
): { calls: Activity[]; events: Activity[] } {
  const { random, hand, moment, count } = workshop;
  /** One contact is called more often than all others. */
  const favourite = linked.contacts[0]!;
  const activity = (id: string, subject: string, minutes: number, isLinked: boolean): Activity => {
    const created = moment();
    return {
      id,
      owner: hand.owner(users, true),
      subject,
      start: hand.date(created + random.between(0, 10) * DAY),
      seconds: minutes * 60,
      direction: random.pick(["Inbound", "Inbound", "Outbound"]),
      purpose: random.pick(CALL_PURPOSES),
      created: hand.dateOrNone(created),
      ...linksOf(workshop, linked, favourite, isLinked),
      potentialId: random.pick(["", "0", String(random.between(23_000, 27_000))]),
    };
  };
  const calls = Array.from({ length: count(4100) }, (_, index) =>
    activity(String(5_000_001 + index), random.pick(CALL_SUBJECTS), random.between(1, 30), random.chance(0.6)),
  );
  const events = Array.from({ length: count(2978) }, (_, index) =>
    activity(
      `2584200000${String(index).padStart(7, "0")}`,
      random.pick(EVENT_SUBJECTS),
      random.between(30, 180),
      random.chance(0.99),
    ),
  );
  return { calls, events };
}

type Links = Pick<Activity, "contactId" | "accountId" | "leadId">;

function linksOf(
  { random, hand }: Workshop,
  { accounts, contacts, leads }: Linked,
  favourite: Contact,
  isLinked: boolean,
): Links {
  const none = () => random.pick(["", "0"]);
  if (!isLinked) return { contactId: none(), accountId: none(), leadId: none() };
  if (random.chance(0.3)) return { contactId: none(), accountId: none(), leadId: random.pick(leads).id };
  const contact = random.chance(0.02) ? favourite : random.pick(contacts);
  const withAccount = random.chance(0.4);
  const accountId = hand.slips() ? "99999999" : random.pick(accounts).id;
  return { contactId: contact.id, accountId: withAccount ? accountId : none(), leadId: none() };
}

export function generateTasks({ random, hand, moment, count }: Workshop, users: readonly User[]): Task[] {
  const tasks: Task[] = [];
  for (let index = 0; index < count(2978); index++) {
    const created = moment();
    const before = tasks.at(-1);
    const fresh = (): Task => ({
      owner: hand.owner(users, false),
      subject: random.pick(TASK_SUBJECTS),
      created: hand.dateOrNone(created),
      due: hand.dateOrNone(created + random.between(1, 60) * DAY),
      status: hand.word(TASK_MEANINGS, { Completed: 95, "Not Started": 3, "In Progress": 2 }),
      modified: hand.date(created - random.between(0, 30) * DAY),
    });
    // Zoho writes the same task down once for each record that it is about.
    const copy = before && random.chance(0.3) ? before : undefined;
    const variant = copy && hand.slips() ? { ...copy, status: hand.word(TASK_MEANINGS, { "Not Started": 1 }) } : copy;
    tasks.push(variant ?? fresh());
  }
  return tasks;
}
