import { eventually } from "@kehu/testing";
import { raw } from "./raw.ts";
import { ROLES, System } from "./system.ts";

interface ImportView {
  id: string;
  status: string;
  created: number;
  updated: number;
  failed: number;
  rolledBack: number;
  kept: number;
  code?: string;
}
interface Listed {
  data: { outcome: string; recordId: string; errors: { code: string }[] }[];
}

const MAPPING = { HR: "externalIds.hr", Name: "lastName", Mail: "email", Roles: "roleIds" };
const lines = (...rows: string[]) => ["HR;Name;Mail;Roles", ...rows].map((row) => `${row}\r\n`).join("");
const row = (id: string, name: string, role = ROLES.sales) => `${id};${name};${id}@hr.example;["${role}"]`;

describe("POST /v1/users/imports", () => {
  let system: System;

  beforeAll(async () => {
    system = await System.start();
  });
  afterAll(() => system.close());

  const rested = (id: string) =>
    eventually(async () => {
      const { body } = await system.send<ImportView>("GET", `/v1/users/imports/${id}`);
      expect(["completed", "failed", "rolled_back"]).toContain(body.status);
      return body;
    }, 30_000);

  const run = async (text: string, token = system.token) => {
    const form = new FormData();
    form.set("options", JSON.stringify({ mode: "upsert", mapping: MAPPING, delimiter: ";" }));
    form.set("file", new Blob([text]), "people.csv");
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${system.gateway.url}/v1/users/imports`, { method: "POST", headers, body: form });
    const body = (await answer.json()) as ImportView;
    return answer.status === 202 ? rested(body.id) : body;
  };
  const rollBack = async ({ id }: ImportView) => {
    expect((await system.send("POST", `/v1/users/imports/${id}/rollback`)).status).toBe(202);
    return rested(id);
  };
  const named = async (name: string) =>
    (await system.send<{ data: { id: string; status: string }[] }>("GET", `/v1/users?filter[lastName]=${name}`)).body
      .data;

  it("invites people, and takes back who has not come yet", async () => {
    const done = await run(lines(row("1", "Wang"), row("2", "Li"), row("3", "Zhao", ROLES.administrator)));
    expect(done).toMatchObject({ status: "completed", created: 3, failed: 0 });
    expect(await named("Wang")).toMatchObject([{ status: "invited" }]);
    await system.database.admin.query(
      "UPDATE identity.app_user SET status = 'active', version = 2 WHERE last_name = 'Li'",
    );
    expect(await rollBack(done)).toMatchObject({ status: "rolled_back", rolledBack: 2, kept: 1 });
    expect([await named("Wang"), await named("Zhao")]).toEqual([[], []]);
    expect(await named("Li")).toMatchObject([{ status: "active" }]);
    expect(await run(lines(row("1", "Wang")))).toMatchObject({ created: 1 });
  });

  it("A21 takes back no change of somebody: not everybody may give what he had", async () => {
    await run(lines(row("7", "Sun", ROLES.administrator)));
    const changed = await run(lines(row("7", "Sun", ROLES.readOnly)));
    expect(changed).toMatchObject({ updated: 1 });
    expect(await rollBack(changed)).toMatchObject({ rolledBack: 0, kept: 1 });
    expect(await named("Sun")).toMatchObject([{ roleIds: [ROLES.readOnly] }]);
  });

  it("A21 gives nobody more than the importer has, and is not for everybody", async () => {
    const grants = { "identity.user.read": "all", "identity.user.import": "all" };
    const { body: role } = await system.send("POST", "/v1/roles", { name: "People", grants });
    const { accessToken } = await system.user([role.id]);
    const done = await run(lines(row("8", "Qian", ROLES.administrator)), accessToken);
    expect(done).toMatchObject({ created: 0, failed: 1 });
    const { body } = await system.send<Listed>("GET", `/v1/users/imports/${done.id}/rows`);
    expect(body.data).toMatchObject([{ outcome: "failed", errors: [{ code: "role.beyond-own" }] }]);
    expect(await run(lines(row("9", "Zhou")), (await system.user()).accessToken)).toMatchObject({
      code: "permission.denied",
    });
  });

  it.each([
    ["without a length", ["transfer-encoding: chunked"], 411],
    ["of more than 250 MB", ["content-length: 262144001"], 413],
  ])("refuses a file %s", async (_what, headers, status) => {
    const type = "content-type: multipart/form-data; boundary=x";
    expect((await raw(system, "POST /v1/users/imports HTTP/1.1", [type, ...headers])).status).toBe(status);
  });
});
