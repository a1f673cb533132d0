import { ERASED, mapPersonal, RuleViolation, type EventType } from "@kehu/contracts";
import { rowset, type Queryable, type Tx } from "@kehu/database";
import { LRUCache } from "lru-cache";
import { BlindIndex } from "./blind-index.ts";
import { derive, keyOf, random } from "./cipher.ts";
import { noteErasure } from "./erasure.ts";
import { MasterKeys } from "./master-keys.ts";
import { factPlace, keyIdOf, PersonKey, UnreadableValue } from "./person-key.ts";

/** The key of the blind index stands among the keys of persons, under the id of nobody: `rewrap` reaches it there. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

const KEY = "concat_ws('.', k.person_id, k.key_id, k.master_key_id, k.wrapped)";
const ROW = { person_id: "uuid", key_id: "text", master_key_id: "text", wrapped: "text" };

/**
 * A person's key as a value of a SELECT, for `keyOf`.
 *
 * @param person SQL of the person's id
 */
export const keySql = (person: string) => `(SELECT ${KEY} FROM bus.person_key k WHERE k.person_id = ${person})`;

/** Keys of persons, one for all services: whoever destroys one makes all that was said of the person unreadable. */
export class PersonalData {
  /** Unwrapped. */
  private readonly held = new LRUCache<string, PersonKey>({ max: 10_000 });
  private index: BlindIndex | null = null;

  private constructor(private readonly masters: MasterKeys) {}

  /**
   * @param secrets the master key, and one that is to follow or was before it; none for a process that has no business
   *   with personal data
   * @throws Error where the database's keys are wrapped with none of them
   */
  static async open(database: Queryable, secrets: readonly string[]): Promise<PersonalData> {
    const personal = new PersonalData(new MasterKeys(secrets));
    if (secrets.length > 0) {
      await personal.load(database, [NOBODY]);
      const [row] = await database.query<{ wrapped: string; masterKeyId: string; keyId: string }>(
        'SELECT key_id AS "keyId", master_key_id AS "masterKeyId", wrapped FROM bus.person_key WHERE person_id = $1',
        [NOBODY],
      );
      const secret = personal.masters.unwrap(row!, contextOf(NOBODY, row!.keyId));
      personal.index = new BlindIndex(derive(secret, "blind index"));
    }
    return personal;
  }

  /** Finds encrypted values. */
  get blind(): BlindIndex {
    if (!this.index) throw new Error("This process is given no master key, so it cannot find personal data.");
    return this.index;
  }

  /**
   * What equal bodies of requests have in common: a plain hash of one with a phone number in it could be undone by trying
   * all numbers. Where there is no master key, bodies hold no personal data and their hash stays.
   */
  fingerprint(hash: string): string {
    return this.index ? this.index.token("body", hash) : hash;
  }

  /**
   * @param stored what `keySql` gave
   * @returns null for a person without a key
   */
  keyOf(stored: string | null): PersonKey | null {
    if (stored === null) return null;
    const held = this.held.get(stored);
    if (held) return held;
    const key = this.unwrapped(stored);
    this.held.set(stored, key);
    return key;
  }

  /**
   * Keys of persons, made where there is none yet; none of them can be destroyed before the transaction ends.
   *
   * @returns by person
   * @throws RuleViolation `person.unknown` for the id of nobody
   */
  keysFor(tx: Tx, personIds: readonly string[]): Promise<Map<string, PersonKey>> {
    personIds.forEach(mustBeSomebody);
    return this.load(tx, personIds);
  }

  private async load(tx: Queryable, personIds: readonly string[]): Promise<Map<string, PersonKey>> {
    const wanted = [...new Set(personIds)].sort();
    const fresh = new Map(wanted.map((personId) => [personId, this.newKey(personId)]));
    const values: unknown[] = [];
    const rows = rowset(
      ROW,
      [...fresh.values()].map(({ row }) => row),
      (value) => `$${values.push(value)}`,
    );
    const made = await tx.query<{ person_id: string }>(
      `INSERT INTO bus.person_key (person_id, key_id, master_key_id, wrapped)
       SELECT person_id, key_id, master_key_id, wrapped FROM ${rows} ON CONFLICT DO NOTHING RETURNING person_id`,
      values,
    );
    const keys = new Map(made.map(({ person_id }) => [person_id, fresh.get(person_id)!.key]));
    const others = wanted.filter((personId) => !keys.has(personId));
    if (others.length > 0) {
      const found = await tx.query<{ stored: string }>(
        `SELECT ${KEY} AS stored FROM bus.person_key k WHERE k.person_id = ANY($1) ORDER BY k.person_id FOR SHARE`,
        [others],
      );
      for (const { stored } of found) {
        const key = this.keyOf(stored)!;
        keys.set(key.personId, key);
      }
    }
    return keys;
  }

  /**
   * Makes whatever was sealed with a person's key unreadable, for ever. Again it changes nothing.
   *
   * @returns what is left of the key
   * @throws RuleViolation `person.unknown` for the id of nobody
   */
  async destroy(tx: Tx, personId: string): Promise<PersonKey> {
    mustBeSomebody(personId);
    await noteErasure(tx);
    const [row] = await tx.query<{ stored: string }>(
      `INSERT INTO bus.person_key AS k (person_id, key_id, master_key_id, wrapped, destroyed_at)
       VALUES ($1, $2, '', '', clock_timestamp())
       ON CONFLICT (person_id) DO UPDATE SET wrapped = '', destroyed_at = coalesce(k.destroyed_at, clock_timestamp())
       RETURNING ${KEY} AS stored`,
      [personId, newKeyId()],
    );
    return this.keyOf(row!.stored)!;
  }

  /**
   * Wraps keys that one of the other master keys wraps with the present one.
   *
   * @param limit how many at most
   * @returns how many
   */
  async rewrap(tx: Tx, limit: number): Promise<number> {
    const rows = await tx.query<{ personId: string; keyId: string; masterKeyId: string; wrapped: string }>(
      `SELECT person_id AS "personId", key_id AS "keyId", master_key_id AS "masterKeyId", wrapped FROM bus.person_key
       WHERE wrapped <> '' AND master_key_id = ANY($1) ORDER BY person_id LIMIT $2 FOR UPDATE`,
      [this.masters.others, limit],
    );
    const fresh = rows.map((row) => {
      const context = contextOf(row.personId, row.keyId);
      return { person_id: row.personId, ...this.masters.wrap(this.masters.unwrap(row, context), context) };
    });
    await tx.query(
      `UPDATE bus.person_key k SET master_key_id = r."masterKeyId", wrapped = r.wrapped
       FROM json_to_recordset($1) AS r (person_id uuid, "masterKeyId" text, wrapped text) WHERE k.person_id = r.person_id`,
      [JSON.stringify(fresh)],
    );
    return rows.length;
  }

  /** How many keys another master key than the present one wraps. */
  async countForeign(queryable: Queryable): Promise<number> {
    const [row] = await queryable.query<{ count: string }>(
      "SELECT count(*) FROM bus.person_key WHERE wrapped <> '' AND master_key_id <> $1",
      [this.masters.current],
    );
    return Number(row!.count);
  }

  /**
   * Reads values wherever they were sealed.
   *
   * @param sealed each with its place
   * @returns the values, in their order; null where the key is destroyed
   * @throws UnreadableValue
   */
  async openAll(queryable: Queryable, sealed: readonly { value: string; place: string }[]): Promise<unknown[]> {
    const ids = [...new Set(sealed.flatMap(({ value }) => keyIdOf(value) ?? []))].sort();
    if (sealed.length === 0) return [];
    const found = await queryable.query<{ id: string; stored: string }>(
      `SELECT k.key_id AS id, ${KEY} AS stored FROM bus.person_key k WHERE k.key_id = ANY($1)`,
      [ids],
    );
    const keys = new Map(found.map(({ id, stored }) => [id, this.keyOf(stored)!]));
    return sealed.map(({ value, place }) => {
      const id = keyIdOf(value);
      const key = id === null ? undefined : keys.get(id);
      if (!key) throw new UnreadableValue(id, place);
      return key.open(value, place);
    });
  }

  /**
   * Reads what events say about persons.
   *
   * @param only names of the record's fields to be read; all where it is not given
   * @returns copies of the events in which those personal values are plain; `ERASED` stands where the key is destroyed
   * @throws UnreadableValue
   */
  async reveal<E extends { type: EventType; subject: string; data: unknown }>(
    tx: Queryable,
    events: readonly E[],
    only?: readonly string[],
  ): Promise<E[]> {
    const isWanted = (path: string) => only === undefined || only.includes(path.split(".")[1]!);
    const sealed: { value: string; place: string }[] = [];
    for (const { type, subject, data } of events) {
      mapPersonal(type, data, (value, path) => {
        if (isSealed(value) && isWanted(path)) sealed.push({ value: value.enc, place: factPlace(subject, path) });
      });
    }
    const opened = (await this.openAll(tx, sealed)).values();
    const plain = (value: unknown, path: string) =>
      isSealed(value) && isWanted(path) ? (opened.next().value ?? ERASED) : value;
    return events.map((event) => ({ ...event, data: mapPersonal(event.type, event.data, plain) }));
  }

  private newKey(personId: string) {
    const secret = random(32);
    const keyId = newKeyId();
    const { masterKeyId, wrapped } = this.masters.wrap(secret, contextOf(personId, keyId));
    const row = { person_id: personId, key_id: keyId, master_key_id: masterKeyId, wrapped };
    return { row, key: new PersonKey(personId, keyId, keyOf(secret)) };
  }

  private unwrapped(stored: string): PersonKey {
    const [personId, keyId, masterKeyId, wrapped] = stored.split(".") as [string, string, string, string];
    if (wrapped === "") return new PersonKey(personId, keyId, null);
    try {
      const secret = this.masters.unwrap({ masterKeyId, wrapped }, contextOf(personId, keyId));
      return new PersonKey(personId, keyId, keyOf(secret));
    } catch (error) {
      const why = (error as Error).message;
      throw new Error(`The key ${keyId} of the person ${personId} cannot be unwrapped: ${why}`, { cause: error });
    }
  }
}

interface Sealed {
  enc: string;
}

const isSealed = (value: unknown): value is Sealed => typeof value === "object" && value !== null && "enc" in value;

/** The key of the blind index is nobody's to use or to destroy. */
function mustBeSomebody(personId: string): void {
  if (personId === NOBODY) throw new RuleViolation("person.unknown", "This is the id of nobody.");
}

const newKeyId = () => random(12).toString("base64url");
const contextOf = (personId: string, keyId: string) => `${personId} ${keyId}`;
