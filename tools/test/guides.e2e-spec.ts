import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "@kehu/testing";
import { FlakyRoad } from "./faults/support/flaky-road.ts";
import { Kehu } from "./faults/support/kehu.ts";
import { Person } from "./faults/support/person.ts";

const START_MS = 240_000;
const PAGES = ["front-end.md", "administrators.md"];

interface Example {
  method: string;
  path: string;
  body: object | undefined;
  /** Status and code of the answer, where it is an error. */
  refusal: string | undefined;
}

/** The requests of a block: each begins a line, a body follows it, and the answer to what is refused. */
function examplesIn(block: string): Example[] {
  return block.split(/^(?=(?:GET|POST|PATCH|DELETE) )/m).map((text) => {
    const [, method = "", path = "", rest = ""] = /^(\w+) (\S+)\n([^]*)$/.exec(text) ?? [];
    const refusal = /^(\d{3} \S+)$/m.exec(rest)?.[1];
    const body = rest.replace(refusal ?? "", "").trim();
    return { method, path, body: body ? (JSON.parse(body) as object) : undefined, refusal };
  });
}

const textOf = (page: string) => readFileSync(join(import.meta.dirname, "../../docs", page), "utf8");
const blocksIn = (page: string, language: string) =>
  Array.from(textOf(page).matchAll(/^```(\w+)\n([^]*?)^```/gm)).flatMap(([, of, block]) =>
    of === language ? block! : [],
  );

describe.each(PAGES)("docs/%s", (page) => {
  const examples = blocksIn(page, "http").flatMap(examplesIn);
  let kehu: Kehu;
  let admin: Person;
  /** What an answer has given to be sent back, where the page writes `<token>`. */
  let token = "";

  beforeAll(async () => {
    kehu = await Kehu.start();
    admin = await Person.signIn(kehu.url);
  }, START_MS);
  afterAll(() => kehu.remove(), START_MS);

  it("has examples of each kind", () => {
    expect(examples.length).toBeGreaterThan(10);
    expect(examples.filter(({ body }) => body !== undefined)).not.toHaveLength(0);
    expect(examples.filter(({ refusal }) => refusal)).not.toHaveLength(0);
  });

  it.each(examples.map((example) => [`${example.method} ${example.path}`, example] as const))(
    "%s is answered as the page says",
    async (_, { method, path, body, refusal }) => {
      const given = body && (JSON.parse(JSON.stringify(body).replace("<token>", token)) as object);
      const { status, body: answer } = await admin.ask<{ code: string; token?: string }>(method, path, given);
      token = answer?.token ?? token;
      expect(status < 300 ? undefined : `${status} ${answer.code}`).toBe(refusal);
      if (!refusal && method !== "DELETE") expect(Object.keys(answer)).not.toHaveLength(0);
      if (!refusal && method === "GET") expect(answer).toMatchObject({ data: expect.any(Array) });
    },
  );

  for (const text of blocksIn(page, "upload")) {
    it("has a file that is imported whole", async () => {
      const [, path = "", options = "", file = ""] = /^POST (\S+)\n([^]*?)\n\n([^]*)$/.exec(text) ?? [];
      const form = new FormData();
      form.set("options", options);
      form.set("file", new Blob([file]), "accounts.csv");
      const headers = { authorization: `Bearer ${admin.token}` };
      const answer = await fetch(kehu.url + path, { method: "POST", headers, body: form });
      const { id } = (await answer.json()) as { id: string };
      const ended = await eventually(async () => {
        const { body } = await admin.ask<{ status: string }>("GET", `${path}/${id}`);
        expect(["completed", "failed"]).toContain(body.status);
        return body;
      }, 30_000);
      const rows = file.trim().split("\n").length - 1;
      expect(ended).toMatchObject({ status: "completed", rows, failed: 0 });
    });
  }

  for (const text of blocksIn(page, "js")) {
    it("has a program that keeps a copy, also of what it could not fetch at once", async () => {
      const road = await FlakyRoad.to(kehu.url);
      const env = { PATH: process.env["PATH"], KEHU_URL: road.url, TOKEN: admin.token };
      const program = spawn(process.execPath, ["--input-type=module", "--eval", text], { env });
      let output = "";
      for (const stream of [program.stdout, program.stderr])
        stream.on("data", (bytes: Buffer) => (output += String(bytes)));
      const printed = (line: string) => eventually(() => expect(output.split("\n")).toContain(line), 30_000);
      try {
        await printed("loaded");
        const { id } = await admin.done<{ id: string }>("POST", "/v1/accounts", { name: "华星科技" });
        await printed("created 华星科技");
        // What it asks for next is the account.
        road.mishaps.push({ status: 503, retryAfter: "1" });
        await admin.done("PATCH", `/v1/accounts/${id}`, { name: "华星 Huaxing" });
        await printed("updated 华星 Huaxing");
        await admin.done("DELETE", `/v1/accounts/${id}`);
        await printed(`deleted ${id}`);
      } finally {
        program.kill();
        road.close();
      }
    }, 120_000);
  }
});
