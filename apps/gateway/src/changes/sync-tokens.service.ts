import type { RequestContext } from "@kehu/auth";
import { Malformed, Problem } from "@kehu/contracts";
import { CursorSigner } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import type { Follower } from "./reach.ts";

/** A place in the table of changes, signed for who follows and what. */
@Injectable()
export class SyncTokens {
  constructor(private readonly signer: CursorSigner) {}

  sign(seq: number, { who, reach }: Follower, named: readonly string[] | null): string {
    return this.signer.sign([seq, reach], bindingOf(who, named));
  }

  /**
   * @throws Malformed `sync.invalid-token` for one that was not given to this caller for these kinds
   * @throws Problem 410 `sync.reach-changed` where he reaches other records, or sees other fields, than when he got it
   */
  read(token: string, { who, reach }: Follower, named: readonly string[] | null): number {
    const refusal = new Malformed(
      "sync.invalid-token",
      "since: `page.since` of an answer to the same caller with the same kinds is expected.",
    );
    const [seq, before] = this.signer.read(token, bindingOf(who, named), refusal);
    if (before !== reach) throw reachChanged();
    return seq as number;
  }
}

const bindingOf = ({ actorType, actorId }: RequestContext, named: readonly string[] | null) => [
  "changes",
  actorType,
  actorId,
  named,
];

const reachChanged = () =>
  new Problem(
    410,
    "sync.reach-changed",
    "What you may see has changed since: load anew. Ask without since for a token, then load the lists, then go on.",
  );

export const tooOld = (days: number) =>
  new Problem(
    410,
    "sync.expired",
    `Changes are kept for ${days} days: load anew. Ask without since for a token, then load the lists, then go on.`,
  );
