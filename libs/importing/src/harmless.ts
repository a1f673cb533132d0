/**
 * With these a formula begins in a spreadsheet program; the wide forms too where it reads Chinese or Japanese
 * (https://owasp.org/www-community/attacks/CSV_Injection).
 */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** @returns the text with an apostrophe in front where a spreadsheet program would take it for a formula */
export function madeHarmless(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}

/** @returns the text without the apostrophe that `madeHarmless` put before it: the one is the other's inverse */
export function asWritten(text: string): string {
  return text.startsWith("'") && FORMULA.test(text) ? text.slice(1) : text;
}
