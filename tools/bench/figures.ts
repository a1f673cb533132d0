/** @param share 0.5 for the median, 0.99 for the 99th percentile */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The median of each figure over several readings. */
export function medians<K extends string>(readings: readonly Readonly<Record<K, number>>[]): Record<K, number> {
  const names = Object.keys(readings[0] ?? {}) as K[];
  return Object.fromEntries(names.map((name) => [name, median(readings.map((reading) => reading[name]))])) as Record<
    K,
    number
  >;
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** A figure for people: three digits that count. */
export function shown(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
