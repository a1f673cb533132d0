const MAPPED = /^::ffff:(?=\d+\.)/i;

/**
 * Whose limit an address counts against: of IPv6 the first 64 bits, as one subscriber has all addresses behind them
 * (RFC 6177), of IPv4 the address itself.
 */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  if (MAPPED.test(address)) return address.replace(MAPPED, "");
  const [front = [], back] = address.split("::").map((part) => (part === "" ? [] : part.split(":")));
  const zeros = back ? Math.max(0, 8 - front.length - back.length) : 0;
  return [...front, ...Array<string>(zeros).fill("0"), ...(back ?? [])].slice(0, 4).join(":");
}
