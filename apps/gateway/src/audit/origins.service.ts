import { Database, rowset } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { addressOf, callerOf, type AuditedRequest } from "./audited-request.ts";
import { Gathered } from "./gathered.ts";
import { UsualAddresses } from "./usual-addresses.ts";

type Origin = Readonly<Record<"request_id" | "caller" | "address", string | null>>;

const COLUMNS = { request_id: "text", caller: "text", address: "text" };
const READING: readonly string[] = ["GET", "HEAD", "OPTIONS"];

/**
 * Keeps from where a request came, before anything can come of it; nothing, where its caller comes from where he always
 * came. COMMIT does not wait for the disk: what the request brings about stands behind it in the same log of Postgres,
 * and reaches the disk only with it.
 */
@Injectable()
export class Origins {
  private readonly gathered: Gathered<Origin>;
  private readonly usual: UsualAddresses;

  constructor(private readonly database: Database) {
    this.usual = new UsualAddresses(database);
    this.gathered = new Gathered((origins) => this.insert(origins));
  }

  /**
   * Resolves when the origin is stored, at once for a request that only reads.
   *
   * @param path its pattern
   */
  async keep(request: AuditedRequest, path: string): Promise<void> {
    if (READING.includes(request.method) || path.endsWith("/search")) return;
    const [caller, address] = [callerOf(request.caller), addressOf(request)];
    if (address === null || (caller !== null && (await this.usual.is(caller, address)))) return;
    await this.gathered.add({ request_id: request.id, caller, address });
  }

  private insert(origins: readonly Origin[]): Promise<unknown> {
    const values: unknown[] = [];
    const rows = rowset(COLUMNS, origins, (value) => `$${values.push(value)}`);
    return this.database.query(
      `INSERT INTO request_origin (request_id, caller, address) SELECT request_id, caller, address
       FROM (SELECT set_config('synchronous_commit', 'off', true)) AS unhurried, ${rows}`,
      values,
    );
  }
}
