import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { Config } from "../gateway-config.ts";
import { hashToken } from "../sessions/one-time-tokens.ts";
import { INVITATION_LIFETIME_MS, invitationToken } from "../users/invitation-token.ts";
import { resetToken } from "../users/reset-token.ts";
import type { DueMail } from "./due-mail.ts";
import { letterOf } from "./letters.ts";
import type { Mail } from "./smtp.service.ts";

interface Recipient {
  id: string;
  email: string;
  name: string;
  language: string;
}

const INVITED = `
  SELECT id, email, name, language FROM app_user WHERE id = $1 AND status = 'invited' AND deleted_at IS NULL`;

const FORGETFUL = `
  SELECT u.id, u.email, u.name, u.language FROM app_user u JOIN password_reset r ON r.user_id = u.id
  WHERE u.id = $1 AND u.status = 'active' AND u.deleted_at IS NULL
    AND r.token_hash = $2 AND r.expires_at > clock_timestamp()`;

/** Writes a mail when it is sent: to the address that the user has then, with a link that was stored nowhere. */
@Injectable()
export class MailWriter {
  constructor(
    private readonly config: Config,
    private readonly database: Database,
  ) {}

  /** @returns undefined for a mail to nobody, or whose link is void meanwhile */
  write(due: DueMail): Promise<Mail | undefined> {
    return due.kind === "invitation" ? this.invitation(due) : this.reset(due);
  }

  private async invitation({ id, user_id, created_at }: DueMail): Promise<Mail | undefined> {
    const [user] = await this.database.query<Recipient>(INVITED, [user_id]);
    if (!user || created_at.getTime() + INVITATION_LIFETIME_MS < Date.now()) return undefined;
    const token = invitationToken(this.config.cursorSecret, user, created_at.getTime());
    return mailTo(user, id, "invitation", this.config.invitationLink.replace("{token}", token));
  }

  private async reset({ id, user_id }: DueMail): Promise<Mail | undefined> {
    const token = resetToken(this.config.cursorSecret, id);
    const [user] = await this.database.query<Recipient>(FORGETFUL, [user_id, hashToken(token)]);
    return user && mailTo(user, id, "password-reset", this.config.passwordResetLink.replace("{token}", token));
  }
}

function mailTo({ email, name, language }: Recipient, id: string, kind: DueMail["kind"], link: string): Mail {
  return { id, to: { name, address: email }, ...letterOf(kind, language, name, link) };
}
