import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { Controller } from "@nestjs/common";
import { MailQueue } from "./mail-queue.service.ts";

/** Who is invited gets a mail: by a request, alone or in bulk; never by an import, which reaches out to nobody. */
const QUEUE = `
  INSERT INTO mail_due (id, kind, user_id)
  SELECT gen_random_uuid(), 'invitation', id FROM app_user
  WHERE id = ANY($1) AND status = 'invited' AND deleted_at IS NULL AND created_at > clock_timestamp() - interval '7 days'`;

@Controller()
export class InvitationMailsConsumer {
  constructor(private readonly mails: MailQueue) {}

  @OnEvent(["identity.user.invited"], "invitation-mails")
  async invited(events: EventOf<"identity.user.invited">[], { tx }: EventContext): Promise<void> {
    const ids = events.filter(({ origin }) => origin !== "import").map(({ subject }) => subject);
    await tx.query(QUEUE, [ids]);
    tx.afterCommit(() => this.mails.wake());
  }
}
