import { readFileSync } from "node:fs";
import type { Client } from "pg";

/** A node of a plan as the server logs it, of those members that are looked at. */
interface Node {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  "Rows Removed by Filter"?: number;
  Plans?: Node[];
}

/** What statements did, in the order in which they ran. */
export interface Plans {
  /** A line for each node of each statement, each statement once. */
  readonly lines: readonly string[];
  /** Nodes that read or sort a table of over a thousand rows whole. */
  readonly whole: readonly string[];
}

/** Tables with fewer rows may be read as the server likes. */
const SMALL = 1_000;

/** Has the server log the plan of every statement of connections to come, with the rows that came out of each node. */
export async function logPlans(database: Client): Promise<void> {
  await database.query("LOAD 'auto_explain'");
  const settings = { log_min_duration: "0", log_analyze: "on", log_timing: "off", log_format: "json" };
  await database.query("ALTER SYSTEM SET session_preload_libraries = 'auto_explain'");
  for (const [name, value] of Object.entries(settings))
    await database.query(`ALTER SYSTEM SET auto_explain.${name} = '${value}'`);
  await database.query("SELECT pg_reload_conf()");
}

/**
 * Reads what the server has logged while something was done.
 *
 * @param logFile of the server
 */
export async function plansOf(database: Client, logFile: string, work: () => Promise<void>): Promise<Plans> {
  const { rows } = await database.query<{ name: string; tuples: number }>(
    "SELECT relname AS name, reltuples::float AS tuples FROM pg_class WHERE relnamespace = 'customer'::regnamespace",
  );
  const sizes = new Map(rows.map(({ name, tuples }) => [name, tuples]));
  const before = readFileSync(logFile, "utf8").length;
  await work();
  const logged = readFileSync(logFile, "utf8").slice(before);
  const statements = new Map<string, Node>();
  for (const [, text] of logged.matchAll(/ plan:\n((?:\t.*\n)+)/g)) {
    const { "Query Text": query, Plan: plan } = JSON.parse(text!) as { "Query Text": string; Plan: Node };
    if (relationsOf(plan).some((name) => (sizes.get(name) ?? 0) > SMALL)) statements.set(query, plan);
  }
  const lines: string[] = [];
  const whole: string[] = [];
  for (const plan of statements.values()) {
    walk(plan, 0, (node, depth) => {
      lines.push(`${"  ".repeat(depth)}${lineOf(node)}`);
      if (isWhole(node, sizes)) whole.push(lineOf(node));
    });
  }
  return { lines, whole };
}

function relationsOf(plan: Node): string[] {
  const names: string[] = [];
  walk(plan, 0, (node) => names.push(node["Relation Name"] ?? ""));
  return names;
}

function walk(node: Node, depth: number, visit: (node: Node, depth: number) => void): void {
  visit(node, depth);
  for (const child of node.Plans ?? []) walk(child, depth + 1, visit);
}

const rowsOf = (node: Node) => node["Actual Rows"] * node["Actual Loops"];
const readBy = (node: Node) => rowsOf(node) + (node["Rows Removed by Filter"] ?? 0) * node["Actual Loops"];

function isWhole(node: Node, sizes: ReadonlyMap<string, number>): boolean {
  if (/Sort$/.test(node["Node Type"]))
    return (node.Plans ?? []).some((child) => rowsOf(child) > Math.max(...sizes.values()) / 2);
  const size = sizes.get(node["Relation Name"] ?? "") ?? 0;
  return size > SMALL && readBy(node) > size / 2;
}

function lineOf(node: Node): string {
  const on = [node["Relation Name"], node["Index Name"]].filter(Boolean).join(" by ");
  const removed = node["Rows Removed by Filter"] ? `, ${node["Rows Removed by Filter"]} passed over` : "";
  const loops = node["Actual Loops"] > 1 ? ` x ${node["Actual Loops"]}` : "";
  return `${node["Node Type"]}${on && ` ${on}`}: ${node["Actual Rows"]} rows${loops}${removed}`;
}
