import type { RequestContext } from "@kehu/auth";
import type { Tx } from "@kehu/database";
import { readSettings } from "@kehu/records";
import type { DealContext, DealPipeline } from "./opportunity-moves.ts";

/** What of an item decides about what it needs. */
interface Item {
  stage?: unknown;
  pipelineId?: unknown;
  probability?: unknown;
  amount?: unknown;
}

const PIPELINES = `SELECT id, is_default AS "isDefault", stages FROM pipeline WHERE deleted_at IS NULL ORDER BY id`;
/** A stage in which something is put must not go meanwhile; the rewriting of a pipeline waits for this share of its row. */
const PIPELINES_HELD = `${PIPELINES} FOR SHARE`;

/**
 * The resource's context: nothing is asked for that the items do not need. What an import says of a deal must fit the
 * stage in which it stands, also where it names none.
 */
export async function dealContext(
  tx: Tx,
  items: readonly Item[],
  births: number,
  { origin }: Pick<RequestContext, "origin">,
): Promise<DealContext> {
  const isPlaced =
    births > 0 ||
    origin === "import" ||
    items.some(({ stage, pipelineId }) => stage !== undefined || pipelineId !== undefined);
  const isAsked = isPlaced || items.some(({ probability }) => probability === null);
  const hasAmount = items.some(({ amount }) => amount !== undefined && amount !== null);
  return {
    pipelines: isAsked ? await (isPlaced ? heldPipelines(tx) : tx.query<DealPipeline>(PIPELINES)) : [],
    currency: hasAmount ? (await readSettings(tx)).currency : "",
  };
}

/** The context of a verb, which always puts the deal into a stage. */
export const moveContext = (tx: Tx, body: object): Promise<DealContext> =>
  dealContext(tx, [body], 1, { origin: "api" });

/** The pipelines, of which none changes until the transaction ends. */
export const heldPipelines = (tx: Tx): Promise<DealPipeline[]> => tx.query<DealPipeline>(PIPELINES_HELD);
