import { describeConformance } from "./conformance.ts";
import { postgresLogBus } from "./support/postgres-log-bus.ts";

describeConformance("PostgresLogTransport", false, (postgres) => Promise.resolve(postgresLogBus(postgres)));
