import type { Person } from "./faults/support/person.ts";
import { Person as SignedIn } from "./faults/support/person.ts";

const PASSWORD = "Sieben grüne Tassen";

interface Id {
  id: string;
}

/** A handover as the gateway shows it. */
export interface Handover {
  id: string;
  done: boolean;
  services: {
    service: string;
    status: string;
    resources: { resource: string; owned?: number; done?: number; failed?: number; remaining?: number }[];
  }[];
}

/** Makes people and what they own, through the gateway. */
export class Company {
  private count = 0;

  constructor(
    private readonly url: string,
    readonly admin: Person,
  ) {}

  async role(name: string, grants: object): Promise<string> {
    return (await this.admin.done<Id>("POST", "/v1/roles", { name, grants })).id;
  }

  async team(name: string, parentId: string | null = null): Promise<string> {
    return (await this.admin.done<Id>("POST", "/v1/teams", { name, parentId })).id;
  }

  /** Somebody who has taken up his invitation. */
  async user(roleIds: string[], teamId: string | null = null): Promise<{ id: string; person: Person }> {
    const email = `person-${(this.count += 1)}@kehu.example`;
    const user = { email, lastName: "李", roleIds, teamId };
    const { id, invitationUrl } = await this.admin.done<Id & { invitationUrl: string }>("POST", "/v1/users", user);
    await this.admin.done("POST", new URL(invitationUrl).pathname, { password: PASSWORD });
    return { id, person: await SignedIn.signIn(this.url, { email, password: PASSWORD }) };
  }

  /** Imports records, 500 at a time. @returns their ids */
  async records(resource: string, count: number, data: object): Promise<string[]> {
    const ids: string[] = [];
    for (let left = count; left > 0; left -= 500) {
      const operations = Array.from({ length: Math.min(left, 500) }, () => ({ op: "create", data }));
      const body = { origin: "import", operations };
      const { results } = await this.admin.done<{ results: { id: string | null; errors: unknown[] }[] }>(
        "POST",
        `/v1/${resource}/bulk`,
        body,
      );
      for (const { id, errors } of results) {
        if (id === null) throw new Error(`${resource} cannot be made: ${JSON.stringify(errors)}`);
        ids.push(id);
      }
    }
    return ids;
  }

  handover(userId: string, id: string): Promise<Handover> {
    return this.admin.done<Handover>("GET", `/v1/users/${userId}/handovers/${id}`);
  }
}
