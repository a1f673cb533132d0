import { randomBytes, randomUUID } from "node:crypto";
import type { Kehu } from "./kehu.ts";

const TEAMS = 40;
/** Of each team in the tree. */
const TEAMS_BELOW = 3;

const SUBTREE = Object.fromEntries(
  ["account", "contact", "interaction"].flatMap((concept) =>
    ["read", "write"].map((verb) => [`customer.${concept}.${verb}`, "subtree"] as const),
  ),
);

interface Created {
  id: string;
}

/**
 * Puts a tree of teams with somebody in each over the accounts to come, and has the manager of all of them send the requests
 * that are measured.
 *
 * @returns ids of those who own accounts: the people of the teams, and one outside, whose accounts the manager does not reach
 */
export async function hirePeople(kehu: Kehu): Promise<{ inside: string[]; outside: string }> {
  const teams: string[] = [];
  for (let number = 0; number < TEAMS; number++) {
    const parentId = teams[Math.ceil(number / TEAMS_BELOW) - 1];
    const { id } = await kehu.call<Created>("POST", "/v1/teams", { name: `Team ${number}`, parentId });
    teams.push(id);
  }
  const role = await kehu.call<Created>("POST", "/v1/roles", { name: "Head of the teams", grants: SUBTREE });
  const hire = (body: object) =>
    kehu.call<Created & { invitationUrl: string }>("POST", "/v1/users", {
      email: `${randomUUID()}@kehu.local`,
      lastName: "Somebody",
      ...body,
    });
  const password = randomBytes(24).toString("base64url");
  const email = "head@kehu.local";
  const head = await hire({ email, teamId: teams[0], roleIds: [role.id] });
  await kehu.call("POST", new URL(head.invitationUrl).pathname, { password });
  kehu.measureAs({ email, password });
  const inside: string[] = [];
  for (const teamId of teams) inside.push((await hire({ teamId })).id);
  return { inside, outside: (await hire({})).id };
}
