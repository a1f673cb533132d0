import { describeConformance } from "./conformance.ts";
import type { Bus } from "./support/bus.ts";
import { postgresLogBus } from "./support/postgres-log-bus.ts";

describeConformance("PostgresLogTransport", (postgres): Promise<Bus> => Promise.resolve(postgresLogBus(postgres)));
