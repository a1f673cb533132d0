import { RuleViolation, type Money } from "@kehu/contracts";
import { toMinor } from "@kehu/records";

type MoneyField = "budget" | "cost" | "expectedRevenue";

/**
 * Money as a campaign stores it.
 *
 * @param money undefined leaves the field alone, null empties it
 * @param currency the company's: there are no rates yet by which another could be counted
 * @throws RuleViolation `currency.no-rate`
 */
export function moneyColumns(field: MoneyField, money: Money | null | undefined, currency: string): object {
  if (money === undefined) return {};
  if (money === null) return { [`${field}Minor`]: null, [`${field}Currency`]: null };
  if (money.currency !== currency) {
    const message = `There is no rate from ${money.currency} to ${currency}.`;
    throw new RuleViolation("currency.no-rate", message, {
      errors: [{ field: `${field}.currency`, code: "currency.no-rate", message }],
    });
  }
  return { [`${field}Minor`]: toMinor(money.amount, currency), [`${field}Currency`]: currency };
}
