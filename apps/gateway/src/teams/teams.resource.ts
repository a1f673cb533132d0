import type { TeamState } from "@kehu/contracts";
import type { Tx } from "@kehu/database";
import { fields, reference, resource, text, type Change, type Consequence } from "@kehu/records";
import type { User } from "../users/user.entity.ts";
import { USERS } from "../users/users.resource.ts";
import { CreateTeam, ImportTeam, UpdateTeam } from "./team.dto.ts";
import { Team } from "./team.entity.ts";
import { claimTeams } from "./team-paths.ts";
import { TEAM } from "./team-reference.ts";

export const TEAMS = resource<Team>({
  name: "teams",
  type: "team",
  concept: "identity.team",
  snapshot: "identity.team.snapshot",
  updated: "identity.team.updated",
  table: "team",
  entity: Team,
  permissions: { read: "identity.team.read", write: "identity.team.write", import: "identity.team.write" },
  fields: fields({
    name: text("Name", "名称", { required: true }),
    parentId: reference("Parent team", "上级团队", TEAM),
  }),
  keywords: ["name"],
  dto: { create: CreateTeam, update: UpdateTeam, import: ImportTeam },
  context: claimTeams,
  consequences: moveAlong,
  defaultSort: ["name"],
});

/** A team that moves takes the teams below it along, and the people in all of them. */
async function moveAlong(tx: Tx, changes: readonly Change[]): Promise<Consequence[]> {
  const moved = changes.filter(
    ({ record, before }) => before && (record as Team).parentId !== (before as TeamState).parentId,
  );
  if (moved.length === 0) return [];
  const teams = await claimTeams(tx);
  const places = moved.flatMap(({ record }) => teams.below(record.id));
  const people = await tx.query<{ id: string }>("SELECT id FROM app_user WHERE team_id = ANY($1)", [places]);
  const moveTeam = (team: Team, now: Date) => team.moveAlong(teams, now);
  const moveUser = (user: User, now: Date) => user.moveWithTeam(teams, now);
  return [
    { resource: TEAMS, ids: places, decide: moveTeam },
    { resource: USERS, ids: people.map(({ id }) => id), decide: moveUser },
  ];
}
