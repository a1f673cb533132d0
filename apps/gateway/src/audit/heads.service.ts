import { Database } from "@kehu/database";
import { Clock } from "@kehu/records";
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from "@nestjs/common";
import { Config } from "../gateway-config.ts";
import { loadKeys, type SigningKey } from "../keys/key-files.ts";
import { LAST_SEAL, SEAL_AT } from "./chain.ts";
import { appendDay, keysIn, readHeads, signHead, writeNewest, type Head } from "./heads.ts";

const EVERY_MS = 60_000;
/** By then what the start brought about is sealed. */
const FIRST_MS = 5_000;

/**
 * Writes, each minute, the signed head of the chain outside the database, and keeps and logs the first of each day. It
 * signs nothing over a chain that does not have what it signed before.
 */
@Injectable()
export class Heads implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger(Heads.name);
  private readonly keys: SigningKey[];
  private timers: NodeJS.Timeout[] = [];
  private newest: Head | undefined;
  private complaint = "";

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    this.keys = loadKeys(keysIn(config.auditDir), "KEHU_AUDIT_DIR");
  }

  onApplicationBootstrap(): void {
    const tell = () => void this.tell();
    this.timers = [setTimeout(tell, FIRST_MS).unref(), setInterval(tell, EVERY_MS).unref()];
  }

  /** What was sealed until now is not left open until the next start. */
  async onModuleDestroy(): Promise<void> {
    this.timers.forEach((timer) => clearInterval(timer));
    await this.tell();
  }

  /** Signs and writes the head, if there is a new one. Never fails; says in the log why it cannot. */
  async tell(): Promise<void> {
    try {
      await this.write();
      this.complaint = "";
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.complaint) this.log.error(`The head of the audit trail is not written: ${message}`);
      this.complaint = message;
    }
  }

  private async write(): Promise<void> {
    const heads = readHeads(this.config.auditDir);
    const known = [...heads, ...(this.newest ? [this.newest] : [])].reduce<Head | undefined>(later, undefined);
    const [last] = await this.database.query<{ seq: string; hash: Buffer }>(LAST_SEAL);
    if (known) await this.mustContain(known);
    if (!last || last.seq === known?.seq) return;
    const now = this.clock.now();
    const key = this.keys.find(({ since }) => since <= now.getTime()) ?? this.keys.at(-1)!;
    const head = signHead(last.seq, last.hash, now, key);
    const isFirstOfDay = !heads.some(({ at }) => at.slice(0, 10) === head.at.slice(0, 10));
    if (isFirstOfDay) {
      await appendDay(this.config.auditDir, head);
      this.log.log({ msg: "The head of the audit trail", head });
    }
    await writeNewest(this.config.auditDir, head);
    this.newest = head;
  }

  /** What was cut off or rewritten must not be covered up by a new head. */
  private async mustContain({ seq, hash }: Head): Promise<void> {
    const [seal] = await this.database.query<{ hash: Buffer }>(SEAL_AT, [seq]);
    if (seal?.hash.toString("hex") !== hash)
      throw new Error(`the chain does not have seal ${seq} as it was signed. Run \`npm run audit -- verify\`.`);
  }
}

function later(one: Head | undefined, other: Head): Head {
  return one && BigInt(one.seq) >= BigInt(other.seq) ? one : other;
}
