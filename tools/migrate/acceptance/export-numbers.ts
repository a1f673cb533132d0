/** What must come of each file of the export: rows, created, skipped, failed, with a warning. */
export const EXPORT_FILES: Readonly<Record<string, readonly [number, number, number, number, number]>> = {
  Users: [11, 11, 0, 0, 0],
  Accounts: [2229, 2226, 0, 3, 0],
  Contacts: [1265, 1265, 0, 0, 1],
  Leads: [3900, 3900, 0, 0, 0],
  Campaigns: [110, 110, 0, 0, 0],
  Potentials: [3632, 3632, 0, 0, 3],
  Cases: [797, 797, 0, 0, 0],
  Campaign_Lead_Status: [3900, 3900, 0, 0, 2180],
  Calls: [4100, 4100, 0, 0, 1810],
  Events: [2978, 2978, 0, 0, 3],
  Tasks: [2978, 911, 2067, 0, 0],
};
