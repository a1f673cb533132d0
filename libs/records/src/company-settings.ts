import { Database, type Queryable } from "@kehu/database";
import { Injectable } from "@nestjs/common";

/** What the company has decided once, from the service's copy of it. */
export interface Settings {
  /** ISO 4217 */
  currency: string;
  /** IANA name */
  timeZone: string;
  /** ISO 3166-1 alpha-2 */
  country: string;
}

const UNTIL_KNOWN: Settings = { currency: "USD", timeZone: "UTC", country: "US" };
const REFRESH_MS = 1_000;

/** @returns the company's settings as the local copy has them; those of a new install until it has any */
export async function readSettings(queryable: Queryable): Promise<Settings> {
  const [row] = await queryable.query<Settings>(
    'SELECT currency, time_zone AS "timeZone", country FROM settings_copy LIMIT 1',
  );
  return row ?? UNTIL_KNOWN;
}

/** The company's settings; read from the local copy at most once a second. */
@Injectable()
export class CompanySettings {
  private settings = UNTIL_KNOWN;
  private readAt = -Infinity;

  constructor(private readonly database: Database) {}

  async get(): Promise<Settings> {
    if (performance.now() - this.readAt > REFRESH_MS) {
      this.settings = await readSettings(this.database);
      this.readAt = performance.now();
    }
    return this.settings;
  }
}
