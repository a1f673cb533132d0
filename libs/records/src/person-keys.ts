import type { RequestContext } from "@kehu/auth";
import { Database } from "@kehu/database";
import { PersonalData } from "@kehu/personal-data";
import { Injectable } from "@nestjs/common";
import { Erasures } from "./erasures.ts";

/** Keys per transaction, and transactions per call: a call stays well within the time of a request. */
const BATCH = 500;
const BATCHES = 10;

/** What an operator does with the keys of persons. */
@Injectable()
export class PersonKeys {
  constructor(
    private readonly database: Database,
    private readonly personal: PersonalData,
    private readonly erasures: Erasures,
  ) {}

  /**
   * Wraps keys that another master key wraps with the present one. What is done is done: after an end of any kind the next
   * call goes on with what remains.
   *
   * @returns how many it wrapped, and how many keys remain; those of a master key that is not known here remain for ever
   */
  async rewrap(): Promise<{ rewrapped: number; remaining: number }> {
    let rewrapped = 0;
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const wrapped = await this.database.transaction((tx) => this.personal.rewrap(tx, BATCH));
      rewrapped += wrapped;
      if (wrapped === 0) break;
    }
    return { rewrapped, remaining: await this.personal.countForeign(this.database) };
  }

  /** Persons who were erased, in the order of their ids. @param after null for the first ones */
  erased(after: string | null, limit: number): Promise<{ personId: string; erasedAt: Date }[]> {
    return this.database.query(
      `SELECT person_id AS "personId", destroyed_at AS "erasedAt" FROM bus.person_key
       WHERE destroyed_at IS NOT NULL AND ($1::uuid IS NULL OR person_id > $1) ORDER BY person_id LIMIT $2`,
      [after, limit],
    );
  }

  /** Erases persons whom a restored backup has brought back. */
  async eraseAgain(personIds: readonly string[], who: RequestContext): Promise<void> {
    const ids = personIds.map((id) => id.toLowerCase()).sort();
    await this.database.transaction(async (tx) => {
      // Records before keys, as everybody locks them.
      await this.erasures.follow(tx, ids, who);
      for (const id of ids) await this.personal.destroy(tx, id);
    });
  }
}
