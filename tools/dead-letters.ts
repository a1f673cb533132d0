/**
 * Events that a handler could not take:
 *   npm run dead-letters -- customer                  those that wait
 *   npm run dead-letters -- customer replay <id>      tries one again, with the later ones of its record
 *   npm run dead-letters -- customer discard <id>     gives it up
 */
import { Operator, usage } from "./operator.ts";

interface DeadLetter {
  id: string;
  handler: string;
  type: string | null;
  key: string;
  reason: string;
  parkedAt: string;
}

const [service, verb = "list", id] = process.argv.slice(2);
const known = verb === "list" || ((verb === "replay" || verb === "discard") && id !== undefined);
if (!service || !known) usage("npm run dead-letters -- <service> [replay <id> | discard <id>]");

await Operator.run(async (kehu) => {
  const path = `/v1/operations/${service}/dead-letters`;
  if (verb !== "list") {
    const result = await kehu.post(`${path}/${id}/${verb}`);
    return console.log(verb === "replay" ? JSON.stringify(result) : "Discarded.");
  }
  const { data } = await kehu.get<{ data: DeadLetter[] }>(path);
  for (const letter of data) {
    console.log(
      `${letter.id}  ${letter.parkedAt}  ${letter.handler}  ${letter.type ?? "?"}  ${letter.key}  ${letter.reason}`,
    );
  }
  console.log(`${data.length} dead letters wait.`);
});
