/**
 * A process beside a Jest run: starts one broker for all workers, writes its address (or why there is none) to a file,
 * and ends the broker when the run is over, however it ended.
 *
 * Arguments: pid of the run, `docker` or `java`, the file to write.
 */
import { rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { isAlive } from "@kehu/database/embedded";
import type { Broker } from "./broker.ts";

const [pid, kind, file] = process.argv.slice(2) as [string, string, string];

async function create(): Promise<Broker> {
  if (kind === "docker") return (await import("./docker-broker.ts")).DockerBroker.create();
  return (await import("./java-broker.ts")).JavaBroker.create();
}

/** The file appears with all that stands in it. */
async function tell(outcome: { address: string } | { error: string }): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(outcome));
  await rename(`${file}.new`, file);
}

try {
  const broker = await create();
  await broker.start();
  await tell({ address: broker.address });
  while (isAlive(Number(pid))) await wait(500);
  await broker.remove();
  await rm(dirname(file), { recursive: true });
} catch (error) {
  await tell({ error: String(error) });
  process.exit(1);
}
