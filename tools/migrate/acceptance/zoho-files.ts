import type { Rehearsal } from "./rehearsal.ts";
import { rehearse } from "./rehearsal.ts";
import { folderOf } from "./folder.ts";
import { ZOHO } from "../zoho/mapping.ts";

/** The first lines of the files of Zoho CRM, as far as the mapping uses their columns. */
export const USERS = [
  "USER_ID,First Name,Last Name,Email",
  "1001,,Mona Kemp,mona@example.com",
  "1002,Ada,Abbott,ada@example.com",
];
export const ACCOUNTS = "ACCOUNTID,Account Name,Account Owner Id,Account Owner,Account Type,Industry,Website";
export const CONTACTS =
  "CONTACTID,Last Name,Contact Owner Id,Contact Owner,Account Id,Email,Lead Source,Mobile,Created Time";
export const LEADS =
  "LEADID,Last Name,Company,Lead Owner,Email,Mobile,Website,Industry,Lead Source,Lead Status,Created Time,CONVERTED";
export const POTENTIALS =
  "Potential Name,Potential Owner,Created Time,Closing Date,Amount,Stage,Type,Lead Source,LEADID,Campaign Id";
export const CAMPAIGNS =
  "CAMPAIGNID,Campaign Name,Type,Status,Created Time,Start Date,End Date,Expected Revenue,Budgeted Cost,Actual Cost";
export const MEMBERS = "Campaign Name,Lead First Name,Lead Last Name,Status,Last Modified Time";
export const CASES = "Case Owner,Status,Case Origin,Created Time,Modified Time";
export const CALLS =
  "TASKID,Call Start Time,Call Duration (in seconds),Call Owner,Call Owner Id,Subject,Call Type,Call Purpose,Created Time,CONTACTID,ACCOUNTID,POTENTIALID,LEADID";
export const EVENTS =
  "EVENTID,Event Owner,Event Owner Id,Subject,Start DateTime,End DateTime,Created Time,CONTACTID,ACCOUNTID,POTENTIALID,LEADID";
export const TASKS = "Task Owner,Subject,Created Time,Due Date,Status,Modified Time";

/** What the mapping makes of files; each has the users besides. */
export async function outcome(files: Readonly<Record<string, readonly string[]>>) {
  const result = await rehearse(ZOHO, folderOf({ "Users.csv": USERS, ...files }));
  const told = (file: string) => result.told.get(file) ?? [];
  const counts = (file: string) => {
    const report = result.reports.find((one) => one.file === file);
    return (
      report && { created: report.created, skipped: report.skipped, failed: report.failed, warnings: report.warnings }
    );
  };
  return { ...result, told, counts };
}

/** How often each reason was given, in the order of the alphabet. */
export const reasons = ({ reasons: lines }: Pick<Rehearsal, "reasons">) =>
  lines.map((line) => line.trim().replace(/ +/g, " ")).sort();

/** A line of Leads.csv with nothing wrong in it but what is given. */
export const aLead = (
  cells: {
    id?: string;
    name?: string;
    owner?: string;
    email?: string;
    phone?: string;
    status?: string;
    converted?: string;
    created?: string;
    company?: string;
  } = {},
) =>
  [
    cells.id ?? "1",
    cells.name ?? "Miles",
    cells.company ?? "Alder Labs",
    cells.owner ?? "Mona Kemp",
    cells.email ?? "miles@example.com",
    cells.phone ?? "805-247-8982",
    "",
    "",
    "Online Store",
    cells.status ?? "Contacted",
    cells.created ?? '"15 Apr, 2021 00:03:00"',
    cells.converted ?? "No",
  ].join(",");
