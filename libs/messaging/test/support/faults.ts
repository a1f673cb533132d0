import type { Connection } from "../../src/session.ts";
import type { BatchHandler, Transport } from "../../src/transport.ts";

/** Steps at which a process can be made to die as by `kill -9`. */
export type Step = "after-fetch" | "before-commit" | "before-position" | "before-mark";

/** Kills this process at the nth time that it comes to a step. */
export class Faults {
  private left: number;

  constructor(
    private readonly step: Step | null = null,
    nth = 1,
  ) {
    this.left = nth;
  }

  async strike(step: Step): Promise<void> {
    if (step !== this.step || --this.left > 0) return;
    process.kill(process.pid, "SIGKILL");
    await new Promise(() => undefined);
  }
}

/** A transport with faults at its seams. */
export function withFaults(transport: Transport, faults: Faults): Transport {
  return {
    prepare: (topics) => transport.prepare(topics),
    publish: (connection, limit) => transport.publish(markingWithFaults(connection, faults), limit),
    subscribe: (group, topics, handle) => transport.subscribe(group, topics, handlingWithFaults(handle, faults)),
    lag: (group, topics) => transport.lag(group, topics),
    prune: (connection, topics) => transport.prune(connection, topics),
    close: () => transport.close(),
  };
}

function handlingWithFaults(handle: BatchHandler, faults: Faults): BatchHandler {
  return async (batch, delivery) => {
    await faults.strike("after-fetch");
    await handle(batch, delivery);
    await faults.strike("before-position");
  };
}

/** Kafka has the events and the outbox is not marked; on the Postgres log that is one statement, and nobody was told. */
function markingWithFaults(connection: Connection, faults: Faults): Connection {
  const query: Connection["query"] = async (text, values) => {
    if (text.startsWith("UPDATE outbox") || text.includes("pg_notify")) await faults.strike("before-mark");
    return connection.query(text, values);
  };
  return Object.create(connection, { query: { value: query } }) as Connection;
}
