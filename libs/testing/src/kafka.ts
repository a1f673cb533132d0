import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startOf } from "@kehu/database/embedded";
import type { Broker } from "./kafka/broker.ts";
import { DockerBroker, hasDocker } from "./kafka/docker-broker.ts";
import { hasJava, JavaBroker } from "./kafka/java-broker.ts";
import { eventually } from "./eventually.ts";

export type { Broker } from "./kafka/broker.ts";

type Kind = "docker" | "java";

/** A worker's parent is the run; with `--runInBand` there are no workers. */
const RUN = process.send ? process.ppid : process.pid;
/** Getting the image or the jars takes its time. */
const PATIENCE = 300_000;

async function findKind(): Promise<Kind | null> {
  if (await hasDocker()) return "docker";
  return hasJava() ? "java" : null;
}

/**
 * Addresses of a real broker for this Jest run: KAFKA_BROKERS, else one in Docker, else one in Java from Maven; started
 * once and shared by all workers. Call it while tests are collected, and register no cases where it says null.
 *
 * @param what for the line that says what was not run
 * @returns null, after one loud line, where nothing here can run a broker; in CI that is an error
 */
export async function kafkaBrokers(what: string): Promise<readonly string[] | null> {
  if (process.env["KAFKA_BROKERS"]) return process.env["KAFKA_BROKERS"].split(",");
  const kind = await findKind();
  if (kind === null) return notRun(what, "no KAFKA_BROKERS, no Docker engine, no Java with Maven");
  // A later run may get the same pid, but not the same start.
  const folder = join(tmpdir(), `kehu-broker-of-${RUN}-${String(startOf(RUN)).replaceAll(/\W/g, "-")}`);
  const file = join(folder, "outcome.json");
  const isFirst = await mkdir(folder).then(
    () => true,
    () => false,
  );
  if (isFirst) startKeeper(kind, file);
  await eventually(() => existsSync(file), PATIENCE);
  const outcome = JSON.parse(readFileSync(file, "utf8")) as { address?: string; error?: string };
  if (outcome.address === undefined) throw new Error(`No broker from ${kind}: ${outcome.error}`);
  return [outcome.address];
}

/**
 * Whether `startBroker` can start one here, for a test that needs more than one. Call it while tests are collected.
 *
 * @returns false after one loud line; in CI that is an error
 */
export async function canStartBroker(what: string): Promise<boolean> {
  return (await findKind()) !== null || notRun(what, "no Docker engine, no Java with Maven") !== null;
}

/**
 * A broker of the test's own, started, which it may kill; it removes it in the end.
 *
 * @returns null, after one loud line, where nothing here can run one; in CI that is an error
 */
export async function startBroker(what: string): Promise<Broker | null> {
  const kind = await findKind();
  if (kind === null) return notRun(what, "no Docker engine, no Java with Maven");
  const broker = kind === "docker" ? await DockerBroker.create() : await JavaBroker.create();
  await broker.start();
  return broker;
}

function startKeeper(kind: Kind, file: string): void {
  const keeper = fileURLToPath(new URL("./kafka/keeper.ts", import.meta.url));
  const flags = ["--conditions=source", "--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, keeper, String(RUN), kind, file], {
    stdio: "ignore",
    detached: true,
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  child.unref();
}

function notRun(what: string, why: string): null {
  if (process.env["CI"]) throw new Error(`CI must run ${what} against a real broker: ${why}.`);
  process.stderr.write(`\nNOT RUN: ${what} (${why})\n\n`);
  return null;
}
