import type { MailKind } from "./letters.ts";

/** A mail that is to be sent. */
export interface DueMail {
  id: string;
  kind: MailKind;
  /** Null: nobody. */
  user_id: string | null;
  created_at: Date;
  attempts: number;
}
