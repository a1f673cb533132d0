import { PersonalData } from "@kehu/personal-data";
import { ImportFiles } from "@kehu/records";
import { eventually, MASTER_KEY, publish, type TestCaller } from "@kehu/testing";
import { CONTACTS } from "../src/contacts/contacts.resource.ts";
import { startCustomer, type Customer, type View } from "./customer.ts";

export interface ImportView {
  id: string;
  status: string;
  rows: number;
  created: number;
  updated: number;
  skipped: number;
  failed: number;
  rolledBack: number;
  kept: number;
  error: { code: string } | null;
  found: {
    format: string;
    encoding: string | null;
    delimiter: string | null;
    columns: string[];
    suggested: { column: string; field: string }[];
    profile: { rows: number; columns: { column: string; blank: number; bad: number }[]; duplicates: { count: number } };
  } | null;
  code?: string;
}
export interface RowView {
  line: number;
  outcome: string;
  recordId: string | null;
  errors: { field: string; code: string }[];
  kept: { code: string; message: string; fields: string[] } | null;
}

const ENDED = ["profiled", "completed", "failed", "rolled_back"];

/** customer-svc, and what sends files to it. */
export class Importing {
  private constructor(readonly customer: Customer) {}

  static async start(): Promise<Importing> {
    const customer = await startCustomer();
    await publish(customer.database, "identity.user.updated", { id: customer.admin.id, name: "Admin" });
    await eventually(async () => {
      const { rows } = await customer.database.admin.query("SELECT 1 FROM customer.user_copy");
      expect(rows).toHaveLength(1);
    });
    return new Importing(customer);
  }

  ask<B = ImportView>(method: string, path: string, body?: object, as: TestCaller = this.customer.admin) {
    return this.customer.service.request<B>(as, method, `/v1/${path}`, { body });
  }

  /** Sends a file as a browser does. */
  async upload(resource: string, content: string | Buffer, options?: object, as: TestCaller = this.customer.admin) {
    const form = new FormData();
    if (options) form.set("options", JSON.stringify(options));
    form.set("file", new Blob([typeof content === "string" ? content : new Uint8Array(content)]), "客户.csv");
    const answer = await fetch(`${this.customer.service.url}/v1/${resource}/imports`, {
      method: "POST",
      headers: { authorization: `Bearer ${this.customer.service.tokenOf(as)}` },
      body: form,
    });
    return { status: answer.status, body: (await answer.json()) as ImportView };
  }

  /** The import once it rests. */
  rested(resource: string, id: string): Promise<ImportView> {
    return eventually(async () => {
      const { body } = await this.ask("GET", `${resource}/imports/${id}`);
      expect(ENDED).toContain(body.status);
      return body;
    }, 60_000);
  }

  /** An import that was told at once what to do, at its end. */
  async run(resource: string, content: string | Buffer, options: object, as?: TestCaller): Promise<ImportView> {
    const { status, body } = await this.upload(resource, content, options, as);
    expect({ status, body }).toMatchObject({ status: 202, body: { status: "uploaded" } });
    return this.rested(resource, body.id);
  }

  async rollBack(resource: string, { id }: ImportView): Promise<ImportView> {
    expect((await this.ask("POST", `${resource}/imports/${id}/rollback`)).status).toBe(202);
    return this.rested(resource, id);
  }

  async rows(resource: string, { id }: ImportView, query = ""): Promise<RowView[]> {
    return (await this.ask<{ data: RowView[] }>("GET", `${resource}/imports/${id}/rows?limit=200${query}`)).body.data;
  }

  /** The rows that failed, as they are given back. */
  async failures(resource: string, { id }: ImportView): Promise<string> {
    const { admin, service } = this.customer;
    const headers = { authorization: `Bearer ${service.tokenOf(admin)}` };
    return (await fetch(`${service.url}/v1/${resource}/imports/${id}/errors.csv`, { headers })).text();
  }

  /** Removes files that have had their time, as a replica does now and then. */
  async sweep(): Promise<void> {
    const database = this.customer.database.open("customer");
    const files = new ImportFiles(database, await PersonalData.open(database, [MASTER_KEY]));
    await files.forgetOld(new Map([["contacts", CONTACTS]]));
  }

  async list(path: string): Promise<View[]> {
    return (await this.customer.list(`/v1/${path}`)).data;
  }
}

/** Rows, and what became of them. */
export const counts = ({ rows, created, updated, skipped, failed }: ImportView) => [
  rows,
  created,
  updated,
  skipped,
  failed,
];
