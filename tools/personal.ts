/**
 * Keys of persons:
 *   npm run personal -- rewrap                     wraps all of them with the present master key
 *   npm run personal -- erased > erased.txt        the persons who were erased, one id a line
 *   npm run personal -- erase-again < erased.txt   erases them again, after a backup was restored
 */
import { text } from "node:stream/consumers";
import { Operator, usage } from "./operator.ts";

/** Services that hold records about persons. */
const SERVICES = ["customer", "sales", "marketing"];
const AT_A_TIME = 200;

const [verb] = process.argv.slice(2);

const verbs: Readonly<Record<string, (kehu: Operator) => Promise<void>>> = {
  rewrap: async (kehu) => {
    for (let done = 0; ;) {
      const path = "/v1/operations/customer/person-keys/rewrap";
      const { rewrapped, remaining } = await kehu.post<{ rewrapped: number; remaining: number }>(path);
      done += rewrapped;
      console.log(`${done} keys wrapped anew, ${remaining} remain.`);
      if (remaining === 0) return;
      if (rewrapped === 0) {
        console.error("Those that remain are wrapped with a master key that the service is not given.");
        process.exitCode = 1;
        return;
      }
    }
  },
  erased: async (kehu) => {
    for (let after = ""; ;) {
      const query = after && `?after=${after}`;
      const { data } = await kehu.get<{ data: { personId: string }[] }>(`/v1/operations/customer/erasures${query}`);
      for (const { personId } of data) console.log(personId);
      if (data.length === 0) return;
      after = data.at(-1)!.personId;
    }
  },
  "erase-again": async (kehu) => {
    const personIds = (await text(process.stdin)).split(/\s+/).filter((id) => id !== "");
    for (let at = 0; at < personIds.length; at += AT_A_TIME) {
      const body = { personIds: personIds.slice(at, at + AT_A_TIME) };
      for (const service of SERVICES) await kehu.post(`/v1/operations/${service}/erasures`, body);
    }
    console.log(`${personIds.length} persons are erased.`);
  },
};

const run = verb === undefined ? undefined : verbs[verb];
if (!run) usage("npm run personal -- rewrap | erased | erase-again");
await Operator.run(run);
