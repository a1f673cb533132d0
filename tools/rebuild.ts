/** `npm run rebuild -- analytics`: builds the facts of the metrics anew from the first event, while requests go on. */
import { setTimeout as wait } from "node:timers/promises";
import { Operator, usage } from "./operator.ts";

interface State {
  running: boolean;
  eventsRead: number;
  finishedAt: string | null;
}

const PATH = "/v1/operations/analytics/rebuild";

if (process.argv[2] !== "analytics" || process.argv.length > 3) usage("npm run rebuild -- analytics");
await Operator.run(async (kehu) => {
  await kehu.post(PATH);
  for (;;) {
    const state = await kehu.get<State>(PATH);
    if (!state.running) return console.log(`Rebuilt from ${state.eventsRead} events.`);
    await wait(250);
  }
});
