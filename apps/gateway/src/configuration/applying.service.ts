import { Conflict } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";

const LOCK = "SELECT pg_try_advisory_lock(hashtextextended('identity.configuration', 0)) AS mine";

/** Lets one configuration be applied at a time. */
@Injectable()
export class Applying {
  constructor(private readonly database: Database) {}

  /**
   * Names are not kept apart by the database, so of two who apply at once each would make what the other makes.
   *
   * @throws Conflict `configuration.being-applied` while another one works, on whichever replica
   */
  async alone<R>(work: () => Promise<R>): Promise<R> {
    const client = await this.database.direct();
    try {
      const { rows } = await client.query<{ mine: boolean }>(LOCK);
      if (!rows[0]!.mine)
        throw new Conflict("configuration.being-applied", "A configuration is being applied: wait for it.", {
          retryAfter: 2,
        });
      return await work();
    } finally {
      await client.end();
    }
  }
}
