import { Database } from "@kehu/database";
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";
import type { DueMail } from "./due-mail.ts";
import { MailWriter } from "./mail-writer.service.ts";
import { Smtp } from "./smtp.service.ts";

const POLL_MS = 1_000;

/**
 * Takes one mail for longer than sending it takes, and with each attempt for twice as long, half an hour at most: another
 * replica leaves it alone, and it comes again where this process dies or the server is away. Sent twice, it has one
 * Message-ID.
 */
const TAKE = `
  UPDATE mail_due SET attempts = attempts + 1,
    due_at = clock_timestamp() + least(interval '1 minute' * power(2, least(attempts, 10)), interval '30 minutes')
  WHERE id = (SELECT id FROM mail_due WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING id, kind, user_id, created_at, attempts`;

/** Sends the mails that are due, one after the other, never in a request. */
@Injectable()
export class MailQueue implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(MailQueue.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly writer: MailWriter,
    private readonly smtp: Smtp,
  ) {}

  onApplicationBootstrap(): void {
    if (this.smtp.isConfigured) this.timer = setInterval(() => this.wake(), POLL_MS);
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Looks for mails now; the poll does it each second. */
  wake(): void {
    this.running ??= this.sendAll().finally(() => (this.running = undefined));
  }

  private async sendAll(): Promise<void> {
    try {
      while (!this.stopped && (await this.sendNext()));
    } catch (error) {
      this.log.warn(`Mails cannot be read: ${(error as Error).message}`);
    }
  }

  /** @returns false where none is due, or the server is away */
  private async sendNext(): Promise<boolean> {
    const [due] = await this.database.query<DueMail>(TAKE);
    if (!due) return false;
    const mail = await this.writer.write(due);
    if (mail) {
      try {
        await this.smtp.send(mail);
      } catch (error) {
        // What the server says may hold the address.
        const { code, responseCode } = error as { code?: string; responseCode?: number };
        const reason = [code, responseCode].filter((part) => part !== undefined).join(" ");
        this.log.warn(`Mail ${due.id} is not sent yet (attempt ${due.attempts}): ${reason || "refused"}`);
        return false;
      }
    }
    await this.database.query("DELETE FROM mail_due WHERE id = $1", [due.id]);
    return true;
  }
}
