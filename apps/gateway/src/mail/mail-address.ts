/** What users' addresses are made of: no quotes, comments, lists or groups (RFC 5322 knows them, nobody has them). */
const ADDRESS = /^[^\s"(),:;<>@[\]\\\p{Cc}]{1,64}@[\p{L}\p{N}]([\p{L}\p{N}.-]*[\p{L}\p{N}])?$/u;

/** True for one plain address, so that nothing in it can name a second recipient or begin another header. */
export function isMailAddress(text: string): boolean {
  return text.length <= 254 && ADDRESS.test(text);
}

/** A name as it may stand in a header: no line ends or other marks that nobody sees. */
export function headerName(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
}
