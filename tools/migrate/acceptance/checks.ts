import { isDeepStrictEqual } from "node:util";
import { keysOf, type View } from "../engine/records.ts";
import type { Api } from "./api.ts";
import type { Cents, Counts, Numbers } from "./numbers.ts";

/** One number: what is asked, what must come out, and how Kehu answers. */
interface Check {
  readonly name: string;
  readonly expected: unknown;
  readonly ask: (api: Api) => Promise<unknown>;
}

const money = (cents: Cents): string => (cents / 100).toFixed(2);
const rate = ([part, whole]: readonly [number, number]): string => (part / whole).toFixed(4);
const moneyOf = (amounts: Counts) =>
  Object.fromEntries(Object.entries(amounts).map(([name, cents]) => [name, money(cents)]));

/**
 * Compares everything that a Kehu shows with what must come out of an export.
 *
 * @returns a line for each number that is wrong; none is what everybody wants
 */
export async function mismatches(api: Api, numbers: Numbers): Promise<string[]> {
  const wrong: string[] = [];
  for (const { name, expected, ask } of checksOf(numbers)) {
    const found = await ask(api);
    if (!isDeepStrictEqual(found, expected))
      wrong.push(`${name}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
  }
  return wrong;
}

function checksOf(numbers: Numbers): Check[] {
  return [...records(numbers), ...metrics(numbers), ...lists(numbers), contacts(numbers)];
}

/** How many records there are, of each resource, by its list. */
function records({ files }: Numbers): Check[] {
  const created = (...names: string[]) => names.reduce((sum, name) => sum + (files[name]?.[1] ?? 0), 0);
  const resources = {
    accounts: created("Accounts"),
    contacts: created("Contacts"),
    leads: created("Leads"),
    campaigns: created("Campaigns"),
    opportunities: created("Potentials"),
    tickets: created("Cases"),
    "campaign-members": created("Campaign_Lead_Status"),
    interactions: created("Calls", "Events"),
    tasks: created("Tasks"),
  };
  const check = (resource: string, expected: number): Check => ({
    name: `records of ${resource}`,
    expected,
    ask: (api) => api.count(resource),
  });
  return [
    ...Object.entries(resources).map(([resource, expected]) => check(resource, expected)),
    {
      name: "calls and meetings",
      expected: { call: created("Calls"), meeting: created("Events") },
      ask: (api) => api.groups("interaction-count", "type"),
    },
    { name: "contact-count", expected: created("Contacts"), ask: (api) => api.total("contact-count") },
    { name: "task-count", expected: created("Tasks"), ask: (api) => api.total("task-count") },
  ];
}

function metrics(numbers: Numbers): Check[] {
  const total = (metric: string, expected: string | number): Check => ({
    name: metric,
    expected,
    ask: (api) => api.total(metric),
  });
  const by = (metric: string, dimension: string, expected: unknown): Check => ({
    name: `${metric} by ${dimension}`,
    expected,
    ask: (api) => api.groups(metric, dimension),
  });
  return [
    by("account-count", "type", numbers.accountsByType),
    by("lead-count", "status", numbers.leadsByStatus),
    total("lead-conversion-rate", rate(numbers.conversion)),
    ...Object.entries(numbers.conversionBySource).map(([source, counts]) => ({
      name: `lead-conversion-rate of ${source}`,
      expected: rate(counts),
      ask: async (api: Api) => (await api.groups("lead-conversion-rate", "source"))[source],
    })),
    total("open-pipeline-count", numbers.openPipeline[0]),
    total("open-pipeline-amount", money(numbers.openPipeline[1])),
    total("won-count", numbers.wins[0]),
    total("lost-count", numbers.wins[1] - numbers.wins[0]),
    total("win-rate", rate(numbers.wins)),
    by("won-amount", "month", moneyOf(numbers.wonByMonth)),
    {
      name: "won-amount by owner",
      expected: numbers.wonByOwner.map(([name, cents]) => [name, money(cents)]),
      ask: (api) => bestOwners(api, numbers.wonByOwner.length),
    },
    total("sales-cycle-days", numbers.salesCycleDays),
    by("ticket-count", "status", numbers.ticketsByStatus),
    by("ticket-count", "channel", numbers.ticketsByChannel),
    total("campaign-budget", money(numbers.campaignBudget)),
    total("campaign-cost", money(numbers.campaignCost)),
    by("campaign-member-count", "status", numbers.membersByStatus),
  ];
}

async function bestOwners(api: Api, count: number): Promise<[string, string][]> {
  const owners = Object.entries(await api.groups("won-amount", "owner", "ownerName")).filter(([name]) => name !== "");
  return owners
    .map(([name, amount]): [string, string] => [name, String(amount)])
    .sort((one, other) => Number(other[1]) - Number(one[1]))
    .slice(0, count);
}

function lists(numbers: Numbers): Check[] {
  const count = (list: string, expected: number): Check => ({ name: list, expected, ask: (api) => api.count(list) });
  return [
    {
      name: "names of accounts",
      expected: numbers.accountNames,
      ask: async (api) => namesOf(await api.all("accounts")),
    },
    {
      name: "opportunities by stage",
      expected: numbers.opportunitiesByStage,
      ask: async (api) => dealsByStage(await api.all("opportunities")),
    },
    count("opportunities?filter[contactId][isNull]=false", numbers.withContact),
    count("opportunities?filter[accountId][isNull]=false", numbers.withAccount),
    {
      name: "won opportunities with a contact",
      expected: numbers.wonWithContact,
      ask: async (api) => {
        const won = (await api.all("opportunities")).filter(
          (deal) => deal["stageCategory"] === "won" && deal["contactId"] !== null,
        );
        return [won.length, won.reduce((sum, deal) => sum + centsOf(deal), 0)];
      },
    },
    count("tickets?filter[escalated]=true", numbers.escalatedTickets),
    count("consents?filter[state]=withdrawn", numbers.withdrawals),
    count("suppressions", numbers.suppressions),
    {
      name: "potentials of Zoho that interactions are about",
      expected: numbers.potentialsKept,
      ask: async (api) =>
        (await api.all("interactions")).filter(({ externalLinks }) => (externalLinks as unknown[]).length > 0).length,
    },
  ];
}

function namesOf(accounts: readonly View[]): [number, number, number] {
  const bearers = new Map<string, number>();
  for (const { name } of accounts)
    bearers.set((name as string).toLowerCase(), (bearers.get((name as string).toLowerCase()) ?? 0) + 1);
  return [bearers.size, [...bearers.values()].filter((count) => count > 1).length, accounts.length - bearers.size];
}

function dealsByStage(deals: readonly View[]): Record<string, [number, Cents]> {
  const stages: Record<string, [number, Cents]> = {};
  for (const deal of deals) {
    const [count, amount] = stages[deal["stage"] as string] ?? [0, 0];
    stages[deal["stage"] as string] = [count + 1, amount + centsOf(deal)];
  }
  return stages;
}

function centsOf(deal: View): Cents {
  const amount = deal["amount"] as { amount: string } | null;
  return amount ? Math.round(Number(amount.amount) * 100) : 0;
}

/** The contact with most interactions, found by counting all of them, and his timeline. */
function contacts({ busiestContact }: Numbers): Check {
  return {
    name: "the busiest contact, and his timeline",
    expected: [...busiestContact, busiestContact[1]],
    ask: async (api) => {
      const counts = new Map<string, number>();
      for (const { links } of await api.all("interactions")) {
        for (const { type, id } of links as { type: string; id: string }[])
          if (type === "contact") counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      const [id = "", count] = [...counts].sort((one, other) => other[1] - one[1])[0] ?? [];
      const contact = (await api.all("contacts")).find((one) => one.id === id);
      const timeline = await api.timeline(`contacts/${id}`);
      return [
        contact && keysOf(contact, "zoho")[0],
        count,
        timeline.filter(({ type }) => type === "interaction").length,
      ];
    },
  };
}
