import type { FileNumbers, Numbers } from "../migrate/acceptance/numbers.ts";
import { taskRows } from "./files.ts";
import type {
  Account,
  Activity,
  Campaign,
  Case,
  Contact,
  Dataset,
  Lead,
  Member,
  Owner,
  Potential,
  WrittenAmount,
  WrittenDate,
} from "./model.ts";

/** What comes over of a data set: the rows that do not fail. */
export interface Arrived {
  readonly accounts: ReadonlySet<string>;
  readonly contacts: ReadonlyMap<string, Contact>;
  readonly leads: ReadonlySet<string>;
  /** How many leads have a last name. */
  readonly bearers: ReadonlyMap<string, number>;
}

export const isNobody = ({ user }: Owner) => user === null;
const isNoDate = ({ at }: WrittenDate) => at === null;
const isNoAmount = ({ cents }: WrittenAmount) => cents === null;

export const accountFails = ({ isRepeated, name }: Account) => isRepeated || name.trim() === "";
export const leadFails = ({ isRepeated, lastName, status, isConverted }: Lead) =>
  isRepeated || lastName === "" || (status.meaning === null && !isConverted);
export const potentialFails = ({ stage, amount }: Potential) => stage.meaning === null || isNoAmount(amount);
export const caseFails = ({ status }: Case) => status.meaning === null;
export const memberFails = ({ campaign, status }: Member) => campaign === null || status.meaning === null;

export function filesOf(dataset: Dataset, arrived: Arrived): Numbers["files"] {
  const { users, accounts, contacts, leads, campaigns, potentials, cases, members, calls, events } = dataset;
  return {
    Users: [users.length, users.length, 0, 0, 0],
    Accounts: outcomes(accounts, accountFails, ({ owner }) => isNobody(owner)),
    Contacts: outcomes(contacts, never, (contact) => contactWarns(contact, arrived)),
    Leads: outcomes(leads, leadFails, leadWarns),
    Campaigns: outcomes(campaigns, never, campaignWarns),
    Potentials: outcomes(potentials, potentialFails, (deal) => potentialWarns(deal, arrived)),
    Cases: outcomes(cases, caseFails, ({ owner, origin }) => isNobody(owner) || origin.meaning === null),
    Campaign_Lead_Status: outcomes(members, memberFails, ({ lastName }) => arrived.bearers.get(lastName) !== 1),
    Calls: outcomes(calls, never, (call) => activityWarns(call, arrived)),
    Events: outcomes(events, never, (event) => activityWarns(event, arrived)),
    Tasks: taskOutcomes(dataset),
  };
}

const never = () => false;

function outcomes<T>(rows: readonly T[], fails: (row: T) => boolean, warns: (row: T) => boolean): FileNumbers {
  const created = rows.filter((row) => !fails(row));
  return [rows.length, created.length, 0, rows.length - created.length, created.filter(warns).length];
}

function contactWarns({ owner, accountId, email, phone, created }: Contact, { accounts }: Arrived): boolean {
  const isLost = accountId !== null && !accounts.has(accountId);
  return isNobody(owner) || isLost || !email.isReadable || !phone.isReadable || isNoDate(created);
}

function leadWarns({ owner, email, phone, created, status }: Lead): boolean {
  return isNobody(owner) || !email.isReadable || !phone.isReadable || isNoDate(created) || status.meaning === null;
}

function campaignWarns({ status, created, starts, ends, revenue, budget, cost }: Campaign): boolean {
  return status.meaning === null || [created, starts, ends].some(isNoDate) || [revenue, budget, cost].some(isNoAmount);
}

function potentialWarns({ owner, closing, source, lead, campaign }: Potential, { leads }: Arrived): boolean {
  const isLost = lead === null || !leads.has(lead.id);
  return isNobody(owner) || isNoDate(closing) || source === "" || isLost || campaign === null;
}

export const isLink = (id: string) => id !== "" && id !== "0";

function activityWarns({ owner, created, contactId, accountId, leadId }: Activity, arrived: Arrived): boolean {
  const links = [contactId, accountId, leadId];
  const known = [arrived.contacts.has(contactId), arrived.accounts.has(accountId), arrived.leads.has(leadId)];
  const isLost = links.some((id, index) => isLink(id) && !known[index]);
  return isNobody(owner) || isNoDate(created) || !links.some(isLink) || isLost;
}

function taskOutcomes(dataset: Dataset): FileNumbers {
  const distinct = new Map(taskRows(dataset).map((row, index) => [JSON.stringify(row), dataset.tasks[index]!]));
  const warned = [...distinct.values()].filter(
    ({ owner, created, due, status }) =>
      isNobody(owner) || isNoDate(created) || isNoDate(due) || status.meaning === null,
  );
  return [dataset.tasks.length, distinct.size, dataset.tasks.length - distinct.size, 0, warned.length];
}
