import type { Counts, Numbers } from "../migrate/acceptance/numbers.ts";
import {
  accountFails,
  caseFails,
  filesOf,
  isLink,
  isNobody,
  leadFails,
  memberFails,
  potentialFails,
  type Arrived,
} from "./expected-files.ts";
import { nameOf } from "./hand.ts";
import type { Account, Activity, Campaign, Case, Dataset, Lead, Member, Potential } from "./model.ts";
import { DAY } from "./time.ts";

/**
 * Counts what must come out of a data set, from what the generator knows of it: a second way to the same numbers, which
 * shares nothing with the mapping.
 */
export function expectedNumbers(dataset: Dataset): Numbers {
  const leads = dataset.leads.filter((lead) => !leadFails(lead));
  const accounts = dataset.accounts.filter((account) => !accountFails(account));
  const arrived: Arrived = {
    accounts: new Set(accounts.map(({ id }) => id)),
    contacts: new Map(dataset.contacts.map((contact) => [contact.id, contact])),
    leads: new Set(leads.map(({ id }) => id)),
    bearers: tally(leads, ({ lastName }) => lastName),
  };
  const converted = leads.filter(({ isConverted }) => isConverted);
  const activities = [...dataset.calls, ...dataset.events];
  const sources = [...new Set(leads.map(({ source }) => source))];
  return {
    files: filesOf(dataset, arrived),
    accountsByType: counts(accounts, ({ type }) => type.toLowerCase()),
    accountNames: namesOf(accounts),
    leadsByStatus: counts(leads, ({ isConverted, status }) => (isConverted ? "converted" : (status.meaning ?? ""))),
    conversion: [converted.length, leads.length],
    conversionBySource: Object.fromEntries(
      sources.map((source) => [source, [of(converted, source).length, of(leads, source).length]]),
    ),
    ...dealNumbers(
      dataset.potentials.filter((deal) => !potentialFails(deal)),
      arrived,
    ),
    ...ticketNumbers(dataset.cases.filter((one) => !caseFails(one))),
    ...campaignNumbers(
      dataset.campaigns,
      dataset.members.filter((member) => !memberFails(member)),
      arrived,
    ),
    busiestContact: busiest(activities),
    potentialsKept: activities.filter(({ potentialId }) => isLink(potentialId)).length,
  };
}

const of = (leads: readonly Lead[], wanted: string) => leads.filter(({ source }) => source === wanted);

function namesOf(accounts: readonly Account[]): Numbers["accountNames"] {
  const bearers = [...tally(accounts, ({ name }) => name.toLowerCase()).values()];
  return [bearers.length, bearers.filter((count) => count > 1).length, accounts.length - bearers.length];
}

type DealNumbers =
  | "opportunitiesByStage"
  | "openPipeline"
  | "wins"
  | "wonByMonth"
  | "wonByOwner"
  | "salesCycleDays"
  | "withContact"
  | "withAccount"
  | "wonWithContact";

function dealNumbers(deals: readonly Potential[], arrived: Arrived): Pick<Numbers, DealNumbers> {
  const won = deals.filter(({ stage }) => stage.text === "Closed Won");
  const closed = [...won, ...deals.filter(({ stage }) => stage.text === "Closed Lost")];
  const open = deals.filter(({ stage }) => stage.text !== "Closed Won" && stage.text !== "Closed Lost");
  const stages = [...new Set(deals.map(({ stage }) => stage.text))];
  const contact = ({ lead }: Potential) => {
    const found = lead && arrived.leads.has(lead.id) ? arrived.contacts.get(lead.id) : undefined;
    return found?.email.isReadable ? found : undefined;
  };
  const account = (deal: Potential) => {
    const id = contact(deal)?.accountId;
    return id !== undefined && id !== null && arrived.accounts.has(id);
  };
  const wonWithContact = won.filter(contact);
  return {
    opportunitiesByStage: Object.fromEntries(
      stages
        .map((name) => deals.filter(({ stage }) => stage.text === name))
        .map((some) => [some[0]!.stage.text, [some.length, total(some)]]),
    ),
    openPipeline: [open.length, total(open)],
    wins: [won.length, closed.length],
    wonByMonth: sums(won, ({ closing }) => (closing.at === null ? "" : new Date(closing.at).toISOString().slice(0, 7))),
    wonByOwner: bestOwners(won),
    salesCycleDays: median(
      won.flatMap(({ created, closing }) =>
        closing.at === null || created.at === null ? [] : [(closing.at - created.at) / DAY],
      ),
    ),
    withContact: deals.filter(contact).length,
    withAccount: deals.filter(account).length,
    wonWithContact: [wonWithContact.length, total(wonWithContact)],
  };
}

const total = (deals: readonly Potential[]) => deals.reduce((sum, { amount }) => sum + (amount.cents ?? 0), 0);

function sums(deals: readonly Potential[], group: (deal: Potential) => string): Record<string, number> {
  const result: Record<string, number> = {};
  for (const deal of deals) result[group(deal)] = (result[group(deal)] ?? 0) + (deal.amount.cents ?? 0);
  return result;
}

function bestOwners(won: readonly Potential[]): [string, number][] {
  const owned = won.filter(({ owner }) => !isNobody(owner));
  return Object.entries(sums(owned, ({ owner }) => nameOf(owner.user!)))
    .sort((one, other) => other[1] - one[1])
    .slice(0, 3);
}

function median(values: readonly number[]): string {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const value = Number.isInteger(middle) ? (sorted[middle - 1]! + sorted[middle]!) / 2 : sorted[Math.floor(middle)]!;
  return value.toFixed(2);
}

function ticketNumbers(
  cases: readonly Case[],
): Pick<Numbers, "ticketsByStatus" | "escalatedTickets" | "ticketsByChannel"> {
  return {
    ticketsByStatus: counts(cases, ({ status }) => status.meaning ?? ""),
    escalatedTickets: cases.filter(({ status }) => status.text === "Escalated").length,
    ticketsByChannel: counts(cases, ({ origin }) => origin.meaning ?? ""),
  };
}

type CampaignNumbers = "campaignBudget" | "campaignCost" | "membersByStatus" | "withdrawals" | "suppressions";

function campaignNumbers(
  campaigns: readonly Campaign[],
  members: readonly Member[],
  { bearers }: Arrived,
): Pick<Numbers, CampaignNumbers> {
  const known = members.filter(({ lastName }) => bearers.get(lastName) === 1);
  const persons = (meaning: string) =>
    new Set(known.filter(({ status }) => status.meaning === meaning).map(({ lastName }) => lastName)).size;
  return {
    campaignBudget: campaigns.reduce((sum, { budget }) => sum + (budget.cents ?? 0), 0),
    campaignCost: campaigns.reduce((sum, { cost }) => sum + (cost.cents ?? 0), 0),
    membersByStatus: counts(members, ({ status }) => status.meaning ?? ""),
    withdrawals: persons("opted_out"),
    suppressions: persons("bounced"),
  };
}

function busiest(activities: readonly Activity[]): [string, number] {
  const linked = activities.filter(({ contactId }) => isLink(contactId));
  return [...tally(linked, ({ contactId }) => contactId)].sort((one, other) => other[1] - one[1])[0]!;
}

function tally<T>(rows: readonly T[], group: (row: T) => string): Map<string, number> {
  const result = new Map<string, number>();
  for (const row of rows) result.set(group(row), (result.get(group(row)) ?? 0) + 1);
  return result;
}

const counts = <T>(rows: readonly T[], group: (row: T) => string): Counts => Object.fromEntries(tally(rows, group));
