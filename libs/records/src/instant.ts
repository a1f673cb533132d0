const POSTGRES_UTC = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;

/**
 * Brings an instant into the form of the API without a Date between, which would cost a list more than all else.
 *
 * @param text a `timestamptz` as Postgres writes it with the time zone UTC and the date style ISO
 * @returns RFC 3339 with milliseconds in UTC; null for null
 * @throws RangeError for what is no such text, years beyond 9999 among it
 */
export function toInstant(text: string | null): string | null {
  if (text === null) return null;
  const match = POSTGRES_UTC.exec(text);
  if (!match) throw new RangeError(`${text} is no instant.`);
  return `${match[1]}T${match[2]}.${(match[3] ?? "").slice(0, 3).padEnd(3, "0")}Z`;
}
