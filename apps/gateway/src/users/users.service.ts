import type { RequestContext } from "@kehu/auth";
import type { Tx } from "@kehu/database";
import { snapshotsOf, WriteReply, Writing, type BulkRequest, type RecordView } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { AuthChanges } from "../access/auth-changes.ts";
import { readTeams } from "../teams/team-paths.ts";
import { InvitationsService } from "./invitations.service.ts";
import type { CreateUser, UpdateUser } from "./user.dto.ts";
import type { User } from "./user.entity.ts";
import { administrators, twinOf, USERS } from "./users.resource.ts";

/** Every write to users. What a change takes away is gone on every replica as soon as it has been announced. */
@Injectable()
export class UsersService {
  constructor(
    private readonly writing: Writing,
    private readonly invitations: InvitationsService,
    private readonly changes: AuthChanges,
  ) {
    writing.operations.register(snapshotsOf(USERS, writing.records.rows));
    writing.relations.register(USERS);
  }

  async create(data: CreateUser, who: RequestContext): Promise<WriteReply> {
    const reply = await this.writing.records.create(USERS, data, who);
    const user = reply.body as RecordView & { email: string };
    return new WriteReply({ ...user, ...this.invitations.linkFor(user) }, reply, reply.replayed);
  }

  update(id: string, patch: UpdateUser, who: RequestContext) {
    return this.announced(this.writing.records.patch(USERS, id, patch, who));
  }

  suspend(id: string, who: RequestContext) {
    const { records, clock } = this.writing;
    return this.announced(
      records.change(USERS, id, who, async (user, tx) => user.suspend(clock.now(), await administrators(tx))),
    );
  }

  reactivate(id: string, who: RequestContext) {
    const { records, clock } = this.writing;
    return this.announced(records.change(USERS, id, who, (user) => user.reactivate(clock.now())));
  }

  remove(id: string, who: RequestContext) {
    const { records, clock } = this.writing;
    return this.announced(
      records.change(USERS, id, who, async (user, tx) => user.remove(clock.now(), await administrators(tx)), {
        silent: true,
      }),
    );
  }

  restore(id: string, who: RequestContext) {
    const { records, clock } = this.writing;
    const decide = async (user: User, tx: Tx) =>
      user.deletedAt ? user.restore(clock.now(), await readTeams(tx), await twinOf(tx, user)) : [];
    return this.announced(records.change(USERS, id, who, decide, { deleted: true }));
  }

  bulk(request: BulkRequest, who: RequestContext) {
    return this.announced(this.writing.bulk.run(USERS, request, who));
  }

  private async announced<R>(work: Promise<R>): Promise<R> {
    const result = await work;
    await this.changes.announce();
    return result;
  }
}
