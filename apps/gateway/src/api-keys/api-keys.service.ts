import type { RequestContext } from "@kehu/auth";
import { History, RecordQueries, snapshotsOf, WriteReply, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { newApiKey } from "../access/api-key-token.ts";
import { AuthChanges } from "../access/auth-changes.ts";
import { mustGrant } from "../roles/grants.ts";
import type { CreateApiKey, UpdateApiKey } from "./api-key.dto.ts";
import { API_KEYS } from "./api-keys.resource.ts";
import { asKeeper, asOwner } from "./key-reach.ts";

/**
 * API keys: their owner makes, changes and revokes them; who may, sees and revokes those of others. What is taken away is
 * gone on every replica as soon as it has been announced.
 */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly writing: Writing,
    private readonly queries: RecordQueries,
    private readonly history: History,
    private readonly changes: AuthChanges,
  ) {
    writing.operations.register(snapshotsOf(API_KEYS, writing.records.rows));
    writing.relations.register(API_KEYS);
  }

  list(query: Readonly<Record<string, unknown>>, who: RequestContext) {
    return this.queries.list(API_KEYS, query, asKeeper(who));
  }

  get(id: string, who: RequestContext) {
    return this.queries.get(API_KEYS, id, asKeeper(who));
  }

  historyOf(id: string, query: Readonly<Record<string, unknown>>, who: RequestContext) {
    return this.history.of(API_KEYS, id, query, asKeeper(who));
  }

  /** The key stands in this reply and nowhere else: not in the reply that is kept with an Idempotency-Key either. */
  async create(data: CreateApiKey, who: RequestContext): Promise<WriteReply> {
    mustGrant(who, data.grants, "api-key.beyond-own");
    const { text, prefix, hash } = newApiKey();
    const reply = await this.writing.records.create(API_KEYS, { ...data, prefix, secretHash: hash }, asOwner(who));
    const key = reply.replayed ? null : text;
    return new WriteReply({ ...(reply.body as object), key }, reply, reply.replayed);
  }

  async update(id: string, patch: UpdateApiKey, who: RequestContext): Promise<WriteReply> {
    // What is taken away, nobody has to have.
    const given = Object.entries(patch.grants ?? {}).filter(([, scope]) => scope !== null);
    mustGrant(who, Object.fromEntries(given), "api-key.beyond-own");
    return this.announced(this.writing.records.patch(API_KEYS, id, patch, asOwner(who)));
  }

  revoke(id: string, who: RequestContext): Promise<WriteReply> {
    return this.announced(this.writing.records.remove(API_KEYS, id, asKeeper(who)));
  }

  private async announced<R>(work: Promise<R>): Promise<R> {
    const result = await work;
    await this.changes.announce();
    return result;
  }
}
