import { cpus, loadavg } from "node:os";
import type { Cost } from "./costs.ts";
import { shown, sum } from "./figures.ts";
import type { Idle } from "./idle.ts";
import type { Migration } from "./migration.ts";
import type { ReadFigures } from "./reads.ts";
import type { Compared } from "./rounds.ts";

/** Everything that a run found out; what was not run is undefined. */
export interface Results {
  readonly at: string;
  readonly node: string;
  readonly cores: number;
  /** Load averages of the machine at the start and at the end. */
  readonly load: { readonly before: number[]; after: number[] };
  readonly transport: "kafka" | "postgres log";
  /** Seconds: over an empty folder, and again over what is there. */
  readonly ready: { readonly first: number; readonly again: number };
  readonly idle: Idle;
  readonly requests: Readonly<Record<string, Compared>>;
  readonly costs: readonly Cost[];
  readonly relayPerSecond: number;
  /** Milliseconds. */
  readonly changeToConsumer: { readonly p50: number; readonly p99: number; readonly effects: number };
  readonly migration: Migration | undefined;
  readonly memoryAfterLoad: Record<string, number>;
}

/** The least share of the baseline's requests per second. */
const LEAST: Readonly<Record<string, number>> = { get: 0.55, "list 50": 0.55, patch: 0.28, create: 0.28 };
/** The fewest rows a second of a migration. */
const MIGRATED = 1_500;

export const begin = () => ({
  at: new Date().toISOString(),
  node: process.version,
  cores: cpus().length,
  load: { before: loadavg(), after: [] as number[] },
  transport: process.env.KAFKA_BROKERS ? ("kafka" as const) : ("postgres log" as const),
});

/** The comparison of one kind of requests, as lines for people. */
export function comparedLines(name: string, compared: Compared): string {
  const { kehu, other, kehuCpu, otherCpu, ratio, ratioLevel, ratioCpu } = compared;
  const line = (system: string, { perSecond, perSecondLevel, p50, p99, cpu, cpuLevel }: typeof kehu) =>
    `  ${system.padEnd(5)}${shown(perSecond).padStart(7)} /s (level ${shown(perSecondLevel)})   p50 ${shown(p50)} ms  p99 ${shown(p99)} ms   ` +
    `CPU ${shown(cpu)} µs (level ${shown(cpuLevel)})`;
  const parts = (cpu: Record<string, number>) =>
    Object.entries(cpu)
      .filter(([, microseconds]) => microseconds >= 1)
      .map(([part, microseconds]) => `${part} ${shown(microseconds)}`)
      .join(", ");
  const least = LEAST[name] ?? 0;
  return [
    `${name}: ${verdict(ratio >= least)} ${ratio.toFixed(2)} of the baseline (≥ ${least}); level ${ratioLevel.toFixed(2)}; by CPU ${ratioCpu.toFixed(2)}`,
    line("kehu", kehu),
    `         ${parts(kehuCpu)}`,
    line("bare", other),
    `         ${parts(otherCpu)}`,
  ].join("\n");
}

/** What a part of Kehu costs, as a line for people. */
export function costLines({ name, compared, migration }: Cost): string {
  const kinds = Object.entries(compared).map(
    ([kind, { ratio, ratioCpu, kehu, other }]) =>
      `${kind} ${ratio.toFixed(2)} (by CPU ${ratioCpu.toFixed(2)}: ${shown(kehu.cpu)} and ${shown(other.cpu)} µs)`,
  );
  const migrated = migration === undefined ? [] : [`a migration without it: ${shown(migration)} rows/s`];
  return `with ${name}, as a share of Kehu without it: ${[...kinds, ...migrated].join("; ")}`;
}

/** The most milliseconds of the 95th percentile among a million records, by the start of a kind's name. */
const READ_WITHIN: Readonly<Record<string, number>> = { get: 10, list: 50, q: 100, timeline: 50 };
/** The most that a median may be of the same among ten thousand. */
const GROWTH = 1.5;

/** How long one kind of reading took, as lines for people, its plans indented. */
export function readLines({ kind, paced, large, small, plans }: ReadFigures): string {
  const most = READ_WITHIN[kind.replace(/ .*/, "")]!;
  const growth = large / small;
  return [
    `${kind}: ${verdict(paced.p95 < most)} p50 ${shown(paced.p50)} ms, p95 ${shown(paced.p95)} ms (< ${most}), p99 ${shown(paced.p99)} ms at ` +
      `${shown(paced.requests / paced.seconds)} /s`,
    `  ${verdict(growth <= GROWTH)} over 16 connections p50 ${shown(large)} ms, with few records ${shown(small)} ms: ${growth.toFixed(2)} (≤ ${GROWTH})`,
    `  ${verdict(plans.whole.length === 0)} ${plans.whole.length ? `whole tables: ${plans.whole.join("; ")}` : "no table of over 1,000 rows is read or sorted whole"}`,
    ...plans.lines.map((line) => `      ${line}`),
  ].join("\n");
}

/** Everything but the comparisons. */
export function restLines(results: Results): string {
  const { ready, idle, relayPerSecond, changeToConsumer, migration, memoryAfterLoad, load } = results;
  const { postgres, ...own } = idle.cpu;
  const [cpu, memory] = [sum(Object.values(own)), sum(Object.values(idle.memory))];
  const target = (text: string, isMet: boolean) => `${verdict(isMet)} ${text}`;
  return [
    target(`ready in ${shown(ready.first)} s, again in ${shown(ready.again)} s (< 10 s)`, ready.first < 10),
    target(`idle: ${shown(cpu)} % of one core (< 5 %), Postgres ${shown(postgres!)} % besides`, cpu < 5),
    target(
      `idle: ${shown(memory)} MB (< 600 MB); after the load ${shown(sum(Object.values(memoryAfterLoad)))} MB`,
      memory < 600,
    ),
    target(`relay ${shown(relayPerSecond)} events/s (≥ 5,000 on Kafka)`, relayPerSecond >= 5_000),
    target(
      `change to consumer: p50 ${shown(changeToConsumer.p50)} ms (< 50), p99 ${shown(changeToConsumer.p99)} ms (< 300), ${changeToConsumer.effects} effects`,
      changeToConsumer.p50 < 50 && changeToConsumer.p99 < 300,
    ),
    migration
      ? target(
          `migration: ${migration.rows} rows, ${shown(migration.rowsPerSecond)} rows/s (≥ ${shown(MIGRATED)})`,
          migration.rowsPerSecond >= MIGRATED,
        )
      : "NOT RUN: migration",
    `load of the machine: ${load.before[0]!.toFixed(1)} before, ${load.after[0]!.toFixed(1)} after, on ${results.cores} cores`,
  ].join("\n");
}

export const verdict = (isMet: boolean) => (isMet ? "ok  " : "MISS");

/** The most that a process of Kehu may take, in MB. */
const MOST_MEGABYTES = 300;

/** The memory of processes, as a line for people. */
export function mostMegabytes(memory: Readonly<Record<string, number>>): string {
  const { postgres: _postgres, ...own } = memory;
  const all = Object.entries(memory).map(([name, megabytes]) => `${name} ${shown(megabytes)}`);
  const isMet = Math.max(...Object.values(own)) < MOST_MEGABYTES;
  return `${verdict(isMet)} at most MB (< ${MOST_MEGABYTES}): ${all.join(", ")}`;
}
