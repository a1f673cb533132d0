import type { RequestContext } from "@kehu/auth";
import type { Tx } from "@kehu/database";
import { snapshotsOf, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { AuthChanges } from "../access/auth-changes.ts";
import type { CreateTeam, UpdateTeam } from "./team.dto.ts";
import { claimTeams } from "./team-paths.ts";
import { TEAMS } from "./teams.resource.ts";

/** Every write to teams. Who sees what has changed on every replica as soon as a move has been announced. */
@Injectable()
export class TeamsService {
  constructor(
    private readonly writing: Writing,
    private readonly changes: AuthChanges,
  ) {
    writing.operations.register(snapshotsOf(TEAMS, writing.records.rows));
    writing.relations.register(TEAMS);
  }

  create(data: CreateTeam, who: RequestContext) {
    return this.writing.records.create(TEAMS, data, who);
  }

  async update(id: string, patch: UpdateTeam, who: RequestContext) {
    const reply = await this.writing.records.patch(TEAMS, id, patch, who);
    await this.changes.announce();
    return reply;
  }

  remove(id: string, who: RequestContext) {
    const { records, clock } = this.writing;
    return records.change(TEAMS, id, who, async (team, tx) => team.remove(clock.now(), await isUsed(tx, id)), {
      silent: true,
    });
  }

  restore(id: string, who: RequestContext) {
    const { records, clock } = this.writing;
    return records.change(
      TEAMS,
      id,
      who,
      async (team, tx) => (team.deletedAt ? team.restore(clock.now(), await claimTeams(tx)) : []),
      { deleted: true },
    );
  }
}

/** True where people or teams are in a team. Nobody can be put into it before the transaction ends. */
async function isUsed(tx: Tx, id: string): Promise<boolean> {
  await claimTeams(tx);
  const [found] = await tx.query<{ used: boolean }>(
    `SELECT EXISTS (SELECT FROM team WHERE parent_id = $1 AND deleted_at IS NULL)
       OR EXISTS (SELECT FROM app_user WHERE team_id = $1 AND deleted_at IS NULL) AS used`,
    [id],
  );
  return found!.used;
}
