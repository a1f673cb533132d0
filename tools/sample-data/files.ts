import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { table, textOf, type File } from "./csv-file.ts";
import type { Activity, Dataset } from "./model.ts";

const ACTIVITIES_INVOLVED = "Tasks Involved,Events Involved,Calls Involved,Activities Involved";
const LINKS = "CONTACTID,ACCOUNTID,POTENTIALID,LEADID";
const NO_ACTIVITIES = ["No", "No", "No", "No"];

/** Writes a data set the way Zoho CRM exports one. */
export async function writeFiles(dataset: Dataset, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const file of filesOf(dataset)) {
    await pipeline(Readable.from(textOf(file)), createWriteStream(join(folder, file.name)));
  }
}

/** @returns the rows of the tasks as they are written: two that are equal are one task */
export function taskRows({ tasks }: Dataset): string[][] {
  return tasks.map(({ owner, subject, created, due, status, modified }) => [
    owner.name,
    subject,
    created.text,
    due.text,
    status.text,
    modified.text,
  ]);
}

function filesOf(dataset: Dataset): File[] {
  return [...customerFiles(dataset), ...salesFiles(dataset), ...marketingFiles(dataset), ...activityFiles(dataset)];
}

function customerFiles({ users, accounts, contacts, cases }: Dataset): File[] {
  return [
    table("Users.csv", "USER_ID,First Name,Last Name,Email", users, (user) => [
      user.id,
      user.firstName,
      user.lastName,
      user.email,
    ]),
    table(
      "Accounts.csv",
      `ACCOUNTID,Account Name,Account Owner Id,Account Owner,Account Type,Industry,Website,${ACTIVITIES_INVOLVED}`,
      accounts,
      ({ id, name, owner, type, industry, website }) => [
        id,
        name,
        owner.id,
        owner.name,
        type,
        industry,
        website,
        ...NO_ACTIVITIES,
      ],
    ),
    table(
      "Contacts.csv",
      "CONTACTID,Last Name,Contact Owner Id,Contact Owner,Account Id,Email,Lead Source,Mobile,Created Time",
      contacts,
      ({ id, lastName, owner, accountId, email, source, phone, created }) => [
        id,
        lastName,
        owner.id,
        owner.name,
        accountId ?? "",
        email.text,
        source,
        phone.text,
        created.text,
      ],
    ),
    table(
      "Cases.csv",
      "Case Owner,Status,Case Origin,Created Time,Modified Time,Days to Closed,Age in Days,Age Tier",
      cases,
      ({ owner, status, origin, created, modified }) => [
        owner.name,
        status.text,
        origin.text,
        created.text,
        modified.text,
        "",
        "",
        "",
      ],
    ),
  ];
}

function salesFiles({ leads, potentials }: Dataset): File[] {
  return [
    table(
      "Leads.csv",
      "LEADID,Last Name,Company,Lead Owner,Email,Mobile,Website,Industry,Lead Source,Lead Status,Created Time,CONVERTED,month_Created Time1",
      leads,
      (lead) => [
        lead.id,
        lead.lastName,
        lead.company,
        lead.owner.name,
        lead.email.text,
        lead.phone.text,
        lead.website,
        lead.industry,
        lead.source,
        lead.status.text,
        lead.created.text,
        lead.isConverted ? "Yes" : "No",
        "",
      ],
    ),
    table(
      "Potentials.csv",
      `Potential Name,Potential Owner,Created Time,Closing Date,Amount,Expected Revenue,Stage,Forecast Type,Type,Lead Source,Probability,Age in Days,Age Tier,Amount Tier,LEADID,${ACTIVITIES_INVOLVED},Campaign Id`,
      potentials,
      (deal) => [
        deal.name,
        deal.owner.name,
        deal.created.text,
        deal.closing.text,
        deal.amount.text,
        "",
        deal.stage.text,
        "",
        deal.type,
        deal.source,
        String(deal.probability),
        "",
        "",
        "",
        deal.leadId,
        ...NO_ACTIVITIES,
        deal.campaignId,
      ],
    ),
  ];
}

function marketingFiles({ campaigns, members }: Dataset): File[] {
  return [
    table(
      "Campaigns.csv",
      "CAMPAIGNID,Campaign Name,Type,Status,Created Time,Modified Time,Start Date,End Date,Expected Revenue,Budgeted Cost,Actual Cost",
      campaigns,
      (one) => [
        one.id,
        one.name,
        one.type,
        one.status.text,
        one.created.text,
        one.created.text,
        one.starts.text,
        one.ends.text,
        one.revenue.text,
        one.budget.text,
        one.cost.text,
      ],
    ),
    table(
      "Campaign_Lead_Status.csv",
      "Campaign Name,Lead First Name,Lead Last Name,Status,Last Modified Time,Is Lead Active?",
      members,
      ({ campaignName, lastName, status, modified }) => [
        campaignName,
        lastName,
        lastName,
        status.text,
        modified.text,
        "Yes",
      ],
    ),
  ];
}

function activityFiles(dataset: Dataset): File[] {
  const links = ({ contactId, accountId, potentialId, leadId }: Activity) => [
    contactId,
    accountId,
    potentialId,
    leadId,
  ];
  return [
    table(
      "Calls.csv",
      `TASKID,Call Start Time,Call Duration (in seconds),Call Owner,Call Owner Id,Subject,Call Type,Call Purpose,Billable,Created Time,Modified Time,${LINKS},Call Duration (in minutes),Who Id Id,What Id,SEMODULE`,
      dataset.calls,
      (call) => [
        call.id,
        call.start.text,
        String(call.seconds),
        call.owner.name,
        call.owner.id,
        call.subject,
        call.direction,
        call.purpose,
        "No",
        call.created.text,
        call.created.text,
        ...links(call),
        String(call.seconds / 60),
        "",
        "",
        "",
      ],
    ),
    table(
      "Events.csv",
      `EVENTID,Event Owner,Event Owner Id,Subject,Start DateTime,End DateTime,Created Time,Modified Time,${LINKS},Who Id Id,What Id,SEMODULE`,
      dataset.events,
      (event) => [
        event.id,
        event.owner.name,
        event.owner.id,
        event.subject,
        event.start.text,
        new Date(event.start.at! + event.seconds * 1000).toISOString().slice(0, 19).replace("T", " "),
        event.created.text,
        event.created.text,
        ...links(event),
        "",
        "",
        "",
      ],
    ),
    {
      name: "Tasks.csv",
      header: "Task Owner,Subject,Created Time,Due Date,Status,Modified Time",
      rows: () => taskRows(dataset),
    },
  ];
}
