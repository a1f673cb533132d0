import { eventually } from "@kehu/testing";
import { connect } from "node:net";
import { Importing, type ImportView } from "./importing.ts";

const CSV = "Name\r\nOne\r\n";

let importing: Importing;

beforeAll(async () => {
  importing = await Importing.start();
});
afterAll(() => importing.customer.close());

/** A part of a form; one with a file name is a file. */
function part(name: string, content: string, fileName?: string): string {
  const named = fileName === undefined ? "" : `; filename="${fileName}"`;
  return `--x\r\ncontent-disposition: form-data; name="${name}"${named}\r\n\r\n${content}\r\n`;
}
const file = (fileName: string, content = CSV) => part("file", content, fileName);
const form = (...parts: string[]) => `${parts.join("")}--x--\r\n`;

const headers = () => ({
  authorization: `Bearer ${importing.customer.service.tokenOf(importing.customer.admin)}`,
  "content-type": "multipart/form-data; boundary=x",
});

async function send(
  body: string,
): Promise<{ status: number; body: ImportView & { fileName: string; detail: string } }> {
  const url = `${importing.customer.service.url}/v1/accounts/imports`;
  const answer = await fetch(url, { method: "POST", headers: headers(), body });
  return { status: answer.status, body: (await answer.json()) as ImportView & { fileName: string; detail: string } };
}

/** What there is of imports, records and events. */
async function traces(): Promise<unknown> {
  const tables = ["import_job", "import_chunk", "import_row", "account", "history", "outbox"];
  const counts = tables.map((table) => `(SELECT count(*)::int FROM customer.${table}) AS ${table}`);
  return (await importing.customer.database.admin.query(`SELECT ${counts.join(", ")}`)).rows;
}

describe("POST /v1/accounts/imports of a form that is not as it should be", () => {
  it.each([
    ["two files", form(file("a.csv"), file("b.csv", "Name\r\nTwo\r\n")), 400, "upload.malformed"],
    ["options behind the file", form(file("a.csv"), part("options", '{"dryRun":true}')), 400, "upload.malformed"],
    [
      "options twice",
      form(part("options", "{}"), part("options", '{"dryRun":true}'), file("a.csv")),
      400,
      "upload.malformed",
    ],
    ["a third part", form(part("options", "{}"), file("a.csv"), part("more", "x")), 400, "upload.malformed"],
    ["a file under another name", form(part("table", CSV, "a.csv")), 400, "upload.malformed"],
    ["no file", form(part("options", "{}")), 422, "upload.no-file"],
    ["nothing", form(), 422, "upload.no-file"],
    ["a file that is a text", form(part("file", CSV)), 400, "upload.malformed"],
    ["options that are no JSON", form(part("options", "{mode:create}"), file("a.csv")), 400, "json.malformed"],
    ["options that are a list", form(part("options", "[]"), file("a.csv")), 400, "request.malformed"],
    ["options that are null", form(part("options", "null"), file("a.csv")), 400, "request.malformed"],
    ["A27 options with __proto__", form(part("options", '{"__proto__":{}}'), file("a.csv")), 400, "json.forbidden-key"],
    ["options of 300 KB", form(part("options", `"${"x".repeat(300_000)}"`), file("a.csv")), 400, "upload.malformed"],
    ["no end", form(file("a.csv")).replace("--x--\r\n", ""), 400, "upload.malformed"],
    ["no end of its file", file("a.csv").slice(0, -6), 400, "upload.malformed"],
  ])("with %s is refused, and leaves nothing", async (_what, body, status, code) => {
    const before = await traces();
    const answer = await send(body);
    expect(answer).toMatchObject({ status, body: { code, detail: expect.any(String) as string } });
    expect(await traces()).toEqual(before);
  });

  it.each([
    ["a path", "../../etc/passwd", "passwd"],
    ["a path of Windows", String.raw`C:\\Users\\客户.csv`, "客户.csv"],
    ["nothing but a path", "../..", "file"],
    ["blanks and an end of line in it", "a\u2028b\u0007.csv", "a\u2028b.csv"],
    ["thousands of letters", "客".repeat(20_000), "客".repeat(255)],
    ["more letters than a header may have", "x".repeat(100_000), "x".repeat(255)],
    ["no letters", "", "file"],
  ])("with %s as the name of the file is taken, the name made harmless", async (_what, given, kept) => {
    const { status, body } = await send(form(file(given)));
    expect({ status, fileName: body.fileName }).toEqual({ status: 202, fileName: kept });
    await importing.rested("accounts", body.id);
  });

  it("leaves nothing of an upload that stops in the middle", async () => {
    const before = await traces();
    const body = form(file("a.csv", `Name\r\n${"Half of it\r\n".repeat(200_000)}`));
    const { hostname, port } = new URL(importing.customer.service.url);
    const socket = connect(Number(port), hostname);
    const head = Object.entries({ host: hostname, "content-length": String(body.length), ...headers() });
    socket.write(
      `POST /v1/accounts/imports HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`,
    );
    socket.write(body.slice(0, body.length / 2));
    await eventually(async () => expect(await traces()).not.toEqual(before));
    socket.destroy();
    await eventually(async () => expect(await traces()).toEqual(before));
  });
});
