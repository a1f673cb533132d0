import { readFileSync } from "node:fs";
import { join } from "node:path";
import { folderOf, temporaryFolder } from "../acceptance/folder.ts";
import { rehearse } from "../acceptance/rehearsal.ts";
import { USERS, ACCOUNTS, CASES, outcome, reasons } from "../acceptance/zoho-files.ts";
import { ZOHO } from "./mapping.ts";

describe("a folder", () => {
  it("writes failed rows as they came, with reasons, and takes them back mended under their keys", async () => {
    const rejects = temporaryFolder();
    const rows = ["Mona Kemp,Closed,Email,2021-04-15,", "Mona Kemp,Lost,Email,2021-04-15,"];
    await rehearse(ZOHO, folderOf({ "Users.csv": USERS, "Cases.csv": [CASES, ...rows] }), rejects);
    const [header = "", rejected = ""] = readFileSync(join(rejects, "Cases.csv"), "utf8").split("\n");
    expect(header).toBe(`${CASES},Kehu key,Kehu line,Kehu code,Kehu reason`);
    expect(rejected).toContain("Mona Kemp|Email|2021-04-15T00:00:00.000Z|#2,3,import.unknown-value,");
    const mended = await outcome({ "Cases.csv": [header, rejected.replace("Lost", "On Hold")] });
    expect(mended.told("Cases.csv")[0]).toMatchObject({
      status: "on_hold",
      externalIds: [{ system: "zoho", id: "Mona Kemp|Email|2021-04-15T00:00:00.000Z|#2" }],
    });
  });

  it("is read with a byte order mark, empty trailing columns, short rows and quoted line breaks", async () => {
    const { told, counts } = await outcome({
      "Accounts.csv": [`\ufeff${ACCOUNTS},,,,`, '1,"Alder\nLabs",1001,,,,,,,,', "", "2,Aspen Foods,1001"],
    });
    expect(told("Accounts.csv").map(({ name }) => name)).toEqual(["Alder\nLabs", "Aspen Foods"]);
    expect(counts("Accounts.csv")).toEqual({ created: 2, skipped: 0, failed: 0, warnings: 0 });
  });

  it("fails rows that hold what no text can", async () => {
    const result = await outcome({ "Accounts.csv": [ACCOUNTS, "1,Alder\0Labs,1001", "2,Aspen Foods,1001,,,,"] });
    expect(result.counts("Accounts.csv")).toEqual({ created: 1, skipped: 0, failed: 1, warnings: 0 });
    expect(reasons(result)).toEqual(["1 Accounts.csv: failed import.unreadable (Account Name)"]);
  });

  it("whose file lacks a column that is needed cannot be brought over", async () => {
    await expect(outcome({ "Leads.csv": ["LEADID,Company", "1,Alder Labs"] })).rejects.toThrow(
      "Leads.csv has no column Last Name, Lead Status, CONVERTED.",
    );
    await expect(rehearse(ZOHO, temporaryFolder())).rejects.toThrow("has none of Users.csv");
  });
});
