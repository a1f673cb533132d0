import type { Fault } from "./fault.ts";

/** How a table writes what can be written in several ways. */
export interface CellOptions {
  /** What stands before the decimals; a point where it is not given. The other one divides thousands. */
  decimal?: "." | ",";
  /** Which comes first in `01/02/2026`; where it is not given such a day is refused unless it can be only one. */
  dayOrder?: "dayFirst" | "monthFirst";
  /** IANA name of the time zone of instants that have none. */
  timeZone: string;
  /** ISO 4217 code of the currency of money that has none; without it such money is refused. */
  currency?: string;
}

export type CellValue = string | number | boolean | readonly string[] | { amount: string; currency: string } | object;

/** The value of a cell as the API takes it, null for an empty one; or why it is none. */
export type CellResult = { value: CellValue | null; error?: undefined } | { value?: undefined; error: Fault };

/** @returns a result that says what is expected, with an example */
export const wrong = (code: string, message: string): CellResult => ({ error: { code, message } });
