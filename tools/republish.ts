/**
 * Tells again what happened:
 *   npm run republish -- --snapshot sales.opportunity         the current state of every record, for who is new
 *   npm run republish -- --from 2026-01-31T00:00:00Z sales    a service's events since then, for a broker that lost them
 */
import { parseArgs } from "node:util";
import { Operator, serviceOf, usage } from "./operator.ts";

const USAGE = "npm run republish -- --snapshot <area>.<concept> | --from <time> <service>";

const { values, positionals } = parseArgs({
  options: { snapshot: { type: "string" }, from: { type: "string" } },
  allowPositionals: true,
});
const { snapshot, from } = values;
const service = snapshot === undefined ? positionals[0] : serviceOf(snapshot);
if (service === undefined || (snapshot === undefined) === (from === undefined)) usage(USAGE);

await Operator.run(async (kehu) => {
  const body = snapshot === undefined ? { from } : { concept: snapshot };
  const { events } = await kehu.post<{ events: number }>(`/v1/operations/${service}/snapshots`, body);
  console.log(`${events} events are on their way.`);
});
