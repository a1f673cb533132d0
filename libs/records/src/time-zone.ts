/**
 * The name by which Postgres knows a time zone. It takes one of no area, such as CET, for an abbreviation, which has no
 * summer time or means another zone, or does not know it; so it is given the zone of an area that has the same clock. Names
 * of areas stay: what ICU makes of them (Asia/Calcutta) an install of Postgres may lack.
 *
 * @param zone a name that `Intl` takes
 */
export const zoneInSql = (zone: string): string =>
  zone.includes("/") ? zone : new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
