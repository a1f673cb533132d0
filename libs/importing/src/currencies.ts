const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));

/** True for a code of a currency in use (ISO 4217, as ICU knows it). */
export const isCurrency = (code: string) => CURRENCIES.has(code);

const digits = new Map<string, number>();

/** @returns how many digits a currency has after the point */
export function currencyDigits(currency: string): number {
  let count = digits.get(currency);
  if (count === undefined) {
    count = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
    digits.set(currency, count);
  }
  return count;
}

/** What signs and words may mean, in capitals. One with several meanings is read only where the usual currency is one of them. */
export const CURRENCY_SIGNS: Readonly<Record<string, readonly string[]>> = {
  $: ["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP"],
  "¥": ["CNY", "JPY"],
  元: ["CNY", "TWD"],
  人民币: ["CNY"],
  RMB: ["CNY"],
  円: ["JPY"],
  圆: ["CNY"],
  "€": ["EUR"],
  EURO: ["EUR"],
  "£": ["GBP"],
  "₹": ["INR"],
  "₩": ["KRW"],
  "₽": ["RUB"],
  "₺": ["TRY"],
  "₫": ["VND"],
  "฿": ["THB"],
  "₪": ["ILS"],
  "₴": ["UAH"],
  "₱": ["PHP"],
  ZŁ: ["PLN"],
  KČ: ["CZK"],
  KR: ["SEK", "NOK", "DKK", "ISK"],
  US$: ["USD"],
  HK$: ["HKD"],
  NT$: ["TWD"],
  CA$: ["CAD"],
  C$: ["CAD"],
  A$: ["AUD"],
  S$: ["SGD"],
  R$: ["BRL"],
};
