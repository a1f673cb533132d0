import type { Cell } from "./cells.ts";
import { nameOf } from "./cells.ts";
import { recipeOf } from "./recipes.ts";
import type { Answered } from "./system.ts";
import type { World } from "./world.ts";

export const titleOf = ({ actor, operation, place }: Cell) =>
  `${actor}: ${nameOf(operation)}${place === null ? "" : `, ${place}`}`;

interface BulkResult {
  outcome: string;
  errors: { code: string }[];
}

/** What is wrong with an answer, by the policy; nothing where it is as it must be. */
export function judge(world: World, cell: Cell, answer: Answered): string[] {
  const is = meaningOf(cell, answer);
  const wrong = is === cell.expected ? [] : [`expected ${cell.expected}, was ${is}`];
  const leaked = world.leaks(cell.actor, answer.text).map((mark) => `shows ${mark}`);
  return [...wrong, ...leaked].map((what) => `${titleOf(cell)}: ${what}`);
}

/** The answer in the words of the policy; what has none is told as it came. */
function meaningOf({ operation }: Cell, { status, body }: Answered): string {
  if (status >= 200 && status < 300) return operation.path.includes("/bulk") ? ofRow(body) : "done";
  const code = String(body["code"]);
  if (status === 401 && code === "authentication.required") return "sign in";
  if (status === 403 && code === "permission.denied") return "not allowed";
  if (status === 403 && ["record.not-writable", "record.not-revealable"].includes(code)) return "read only";
  if (status === 403 && code === "api-key.not-allowed") return "not for keys";
  if (status === recipeOf(operation)?.done) return "done";
  if (status === (recipeOf(operation)?.absent ?? 404)) return "absent";
  return `${status} ${code} ${String(body["detail"])}`;
}

/** Of a bulk request the only row speaks. */
function ofRow(body: Record<string, unknown>): string {
  const [result] = body["results"] as BulkResult[];
  const code = result!.errors[0]?.code;
  if (code === "not-found") return "absent";
  if (code === "record.not-writable") return "read only";
  return ["created", "updated"].includes(result!.outcome) ? "done" : `${result!.outcome} ${code}`;
}

/** What tells one refusal from another: nothing may, of two records that are not there for the caller. */
export function withoutTrace({ body }: Answered): string {
  return JSON.stringify({ ...body, traceId: "", instance: "" });
}
