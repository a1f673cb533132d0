import { ACTORS, KEY_ROLE, MADE_ROLES, type Actor, type Place } from "./policy-model.ts";
import type { System } from "./system.ts";

export const PASSWORD = "Sieben grüne Tassen";
const READ_ONLY = "01980000-0000-7000-8000-000000000007";

export interface Person {
  id: string;
  email: string;
  password: string;
  token: string;
}

type Role = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Who is in which team; the teams are a tree of three levels. */
const TEAM_OF: Readonly<Partial<Record<Actor, string>>> = {
  owner: "sales",
  peer: "sales",
  manager: "east",
  "other branch": "west",
};

/** The actors of the matrix, signed in; who is anonymous is not among them. */
export class People {
  private readonly byActor = new Map<Actor, Person>();

  /** Ids of teams, by the name of this test. */
  readonly teams: Record<string, string> = {};
  /** A key of each person to look at, and one to be revoked. */
  readonly keys = new Map<string, string>();

  private constructor(private readonly system: System) {}

  /** Makes the tree of teams, the roles of the policy and the users, by the API and as people would. */
  static async arrive(system: System): Promise<People> {
    const people = new People(system);
    const { accessToken } = await system.signIn();
    const me = await system.must("GET", "/v1/me", accessToken);
    const admin = { id: String(me["id"]), email: "access@kehu.example", password: "blaue Giraffe im Regen" };
    people.byActor.set("administrator", { ...admin, token: accessToken });
    const make = (path: string, body: object) => system.must("POST", path, accessToken, body);
    const company = await make("/v1/teams", { name: "Company" });
    const east = await make("/v1/teams", { name: "East", parentId: company["id"] });
    const sales = await make("/v1/teams", { name: "Sales East", parentId: east["id"] });
    const west = await make("/v1/teams", { name: "West", parentId: company["id"] });
    for (const [name, team] of Object.entries({ east, sales, west })) people.teams[name] = String(team["id"]);
    for (const actor of ACTORS) {
      if (["anonymous", "administrator", "narrow key"].includes(actor)) continue;
      const role = MADE_ROLES[actor];
      const made = role ? await make("/v1/roles", { name: actor, grants: grantsOf(role) }) : null;
      const roleIds = actor === "read-only" ? [READ_ONLY] : made ? [made["id"]] : [];
      await people.join(actor, { roleIds, teamId: people.teams[TEAM_OF[actor] ?? ""] ?? null });
    }
    const owner = people.get("owner");
    const { key } = await people.makeKey("owner", grantsOf(KEY_ROLE));
    for (const [actor] of people.byActor)
      for (const purpose of ["to see", "to revoke"])
        people.keys.set(`${actor} ${purpose}`, (await people.makeKey(actor, {})).id);
    people.byActor.set("narrow key", { ...owner, token: key });
    return people;
  }

  /** @throws Error for who is anonymous */
  get(actor: Actor): Person {
    const person = this.byActor.get(actor);
    if (!person) throw new Error(`${actor} is no person.`);
    return person;
  }

  token(actor: Actor): string | undefined {
    return this.byActor.get(actor)?.token;
  }

  /** Who owns what stands in a place; null for nobody. */
  ownerOf(place: Place): string | null {
    if (place === "nobody's" || place === "team's pool") return null;
    return this.get(place === "team's" ? "peer" : isOfOthers(place) ? "other branch" : "owner").id;
  }

  private async makeKey(actor: Actor, grants: object): Promise<{ id: string; key: string }> {
    const body = { name: "of the matrix", grants };
    return (await this.system.must("POST", "/v1/api-keys", this.token(actor), body)) as { id: string; key: string };
  }

  private async join(actor: Actor, more: object): Promise<void> {
    const email = `${actor.replaceAll(" ", "-")}@kehu.example`;
    const body = { email, lastName: actor, ...more };
    const user = await this.system.must("POST", "/v1/users", this.token("administrator"), body);
    const link = new URL(String(user["invitationUrl"])).pathname;
    const { accessToken } = await this.system.must("POST", link, undefined, { password: PASSWORD });
    this.byActor.set(actor, { id: String(user["id"]), email, password: PASSWORD, token: String(accessToken) });
  }
}

const isOfOthers = (place: Place) => place === "other branch's" || place.startsWith("shared");

/** Permissions with their scopes, as the API takes them. */
function grantsOf(role: Role): Record<string, string> {
  return Object.fromEntries(
    Object.entries(role).flatMap(([concept, verbs]) =>
      Object.entries(verbs).map(([verb, reach]) => [`${concept}.${verb}`, reach] as const),
    ),
  );
}
