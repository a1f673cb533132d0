import { generateActivities, generateCases, generateMembers, generateTasks } from "./generate-work.ts";
import { Hand } from "./hand.ts";
import type { Account, Campaign, Contact, Dataset, Lead, Potential, User } from "./model.ts";
import { CAMPAIGN_TOPICS, CAMPAIGN_TYPES, FIRST_NAMES, INDUSTRIES, LAST_NAMES, SOURCES } from "./names.ts";
import { Random } from "./random.ts";
import { DAY, MINUTE } from "./time.ts";
import type { Workshop } from "./workshop.ts";

/** Records begin here and are made during two years. */
const START = Date.UTC(2023, 6, 1);
const SPAN_DAYS = 730;

const STATUS_MEANINGS = {
  "Not Contacted": "new",
  "Attempted to Contact": "contacted",
  Contacted: "contacted",
  "Contact in Future": "nurturing",
  "Pre Qualified": "qualified",
  "Lost Lead": "unqualified",
  "Junk Lead": "unqualified",
};
const STATUS_WEIGHTS = {
  "Not Contacted": 1,
  "Attempted to Contact": 1,
  Contacted: 2,
  "Contact in Future": 2,
  "Pre Qualified": 2,
  "Lost Lead": 1,
  "Junk Lead": 1,
};
const STAGE_WEIGHTS = {
  Qualification: 19,
  "Needs Analysis": 8,
  "Initial Offer": 8,
  Prospect: 7,
  "Proposal/Price Quote": 4,
  "Negotiation/Review": 2,
  "Closed Won": 39,
  "Closed Lost": 13,
};
const STAGE_MEANINGS = Object.fromEntries(Object.keys(STAGE_WEIGHTS).map((name) => [name, name]));
const CAMPAIGN_MEANINGS = { Planning: "draft", Active: "running", Inactive: "paused", Complete: "finished" };

/**
 * Makes the data of a company.
 *
 * @param size 1 is what a firm of eleven salespeople has after two years, 27,000 rows; it may be a fraction
 */
export function generate(size: number, seed: number): Dataset {
  const random = new Random(seed);
  const workshop: Workshop = {
    random,
    hand: new Hand(random),
    moment: () => START + random.between(0, SPAN_DAYS * 24 * 60) * MINUTE,
    count: (rows) => Math.max(1, Math.round(rows * size)),
  };
  const users = generateUsers(random);
  const accounts = generateAccounts(workshop, users);
  const leads = generateLeads(workshop, users);
  const contacts = generateContacts(workshop, users, leads, accounts);
  const campaigns = generateCampaigns(workshop);
  return {
    users,
    accounts,
    contacts,
    leads,
    campaigns,
    potentials: generatePotentials(workshop, users, leads, campaigns),
    cases: generateCases(workshop, users),
    members: generateMembers(workshop, leads, campaigns),
    ...generateActivities(workshop, users, { accounts, contacts, leads }),
    tasks: generateTasks(workshop, users),
  };
}

/** The same eleven at every size, some known by one name only. */
function generateUsers(random: Random): User[] {
  return Array.from({ length: 11 }, (_, index) => {
    const [first, last] = [FIRST_NAMES[index * 2]!, LAST_NAMES[index * 4]!];
    const hasFirst = random.chance(0.7);
    return {
      id: String(1001 + index),
      firstName: hasFirst ? first : "",
      lastName: hasFirst ? last : `${first} ${last}`,
      email: `${first}.${last}@example.com`.toLowerCase(),
    };
  });
}

function generateAccounts({ random, hand, count }: Workshop, users: readonly User[]): Account[] {
  const accounts: Account[] = [];
  for (let index = 0; index < count(2229); index++) {
    const company = hand.company();
    const isRepeated = accounts.length > 0 && hand.slips();
    accounts.push({
      id: isRepeated ? random.pick(accounts).id : String(2 + index),
      isRepeated,
      name: hand.slips() ? random.pick(["", "  "]) : company,
      type: random.pick(["Customer", "Prospect"]),
      industry: random.pick(INDUSTRIES),
      website: `site${index}.example.com`,
      owner: hand.owner(users, true),
    });
  }
  return accounts;
}

function generateLeads({ random, hand, moment, count }: Workshop, users: readonly User[]): Lead[] {
  const leads: Lead[] = [];
  for (let index = 0; index < count(3900); index++) {
    const isRepeated = leads.length > 0 && hand.slips();
    leads.push({
      id: isRepeated ? random.pick(leads).id : String(1001 + index),
      isRepeated,
      lastName: hand.slips() ? "" : hand.lastName(),
      company: random.chance(0.02) ? "" : hand.company(),
      owner: hand.owner(users, false),
      email: hand.email(`lead.${index}`),
      phone: hand.phone(),
      website: `lead${index}.example.com`,
      industry: random.pick(INDUSTRIES),
      source: random.pick(SOURCES),
      status: hand.word(STATUS_MEANINGS, STATUS_WEIGHTS),
      isConverted: random.chance(0.93),
      created: hand.dateOrNone(moment()),
    });
  }
  return leads;
}

/** Contacts are people who were leads before: they have the same e-mail, and, in another file, even the same id. */
function generateContacts(
  { random, hand, moment, count }: Workshop,
  users: readonly User[],
  leads: readonly Lead[],
  accounts: readonly Account[],
): Contact[] {
  return leads
    .filter(({ isRepeated }) => !isRepeated)
    .slice(0, count(1265))
    .map((lead) => {
      const { email } = lead;
      const text = random.chance(0.3) ? email.text.toUpperCase() : email.text;
      return {
        id: lead.id,
        lastName: lead.lastName === "" ? "Nameless" : lead.lastName,
        owner: hand.owner(users, true),
        ...accountOf({ random, hand }, accounts),
        email: { ...email, text },
        source: random.pick(SOURCES),
        phone: hand.phone(),
        created: hand.dateOrNone(moment()),
      };
    });
}

function accountOf(
  { random, hand }: Pick<Workshop, "random" | "hand">,
  accounts: readonly Account[],
): Pick<Contact, "accountId" | "account"> {
  if (random.chance(0.05)) return { accountId: null, account: null };
  if (hand.slips()) return { accountId: "99999999", account: null };
  const account = random.pick(accounts);
  return { accountId: account.id, account };
}

function generateCampaigns({ random, hand, moment, count }: Workshop): Campaign[] {
  return Array.from({ length: count(110) }, (_, index) => {
    const starts = Math.floor(moment() / DAY) * DAY;
    const topic = random.pick(CAMPAIGN_TOPICS);
    const name = `Campaign ${index} ${topic}`;
    return {
      id: String(24_000_000 + index),
      // The second one is called like the first but for its capitals.
      name: index === 1 ? `Campaign 0 spring offer`.toUpperCase() : index === 0 ? "Campaign 0 Spring Offer" : name,
      type: random.pick(CAMPAIGN_TYPES),
      status: hand.word(CAMPAIGN_MEANINGS, { Planning: 26, Active: 34, Inactive: 23, Complete: 27 }),
      created: hand.dateOrNone(starts),
      starts: hand.dateOrNone(starts),
      ends: hand.dateOrNone(starts + random.between(1, 30) * DAY),
      revenue: hand.amountOrNone(random.between(100, 20_000) * 100),
      budget: hand.amountOrNone(random.between(10, 9_000) * 100),
      cost: hand.amountOrNone(random.between(10, 9_000) * 100),
    };
  });
}

function generatePotentials(
  { random, hand, moment }: Workshop,
  users: readonly User[],
  leads: readonly Lead[],
  campaigns: readonly Campaign[],
): Potential[] {
  const sources = leads.flatMap((lead) => {
    if (lead.isRepeated || !(lead.isConverted || hand.slips())) return [];
    return hand.slips() ? [lead, lead] : [lead];
  });
  return sources.map((lead) => {
    const created = moment();
    const isLost = hand.slips();
    const hasCampaign = !hand.slips();
    const campaign = random.pick(campaigns);
    const stage = hand.word(STAGE_MEANINGS, STAGE_WEIGHTS);
    return {
      name: `${lead.lastName || "Deal"}, ${random.pick(FIRST_NAMES)}`,
      owner: hand.owner(users, false),
      created: hand.date(created),
      closing: hand.dateOrNone(created + random.between(1, 300 * 24 * 60) * MINUTE),
      amount: hand.amountOrNone(random.between(10, 1_200) * 100),
      stage,
      type: random.pick(["New Business", "New Business", "Existing Business"]),
      source: hand.slips() ? "" : random.pick(SOURCES).replace("Online Store", "OnlineStore"),
      // As careless as in real life: it need not fit the stage.
      probability: random.pick([0, 10, 20, 25, 75, 80, 90, 100]),
      leadId: isLost ? `${lead.id}000` : lead.id,
      lead: isLost ? null : lead,
      campaignId: hasCampaign ? campaign.id : "1",
      campaign: hasCampaign ? campaign : null,
    };
  });
}
