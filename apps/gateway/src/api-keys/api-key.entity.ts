import { Conflict, RuleViolation, type ApiKeyState, type DomainEvent } from "@kehu/contracts";
import { assign, event, RecordEntity } from "@kehu/records";
import { Column, Entity } from "typeorm";
import { mergedGrants } from "../roles/grants.ts";
import type { CreateApiKey, UpdateApiKey } from "./api-key.dto.ts";

/** Keys that one user may have at a time. Each has its own rate limit, so their number is a limit, too. */
const MOST_KEYS = 100;
const LONGEST_YEARS = 5;

/** What is known of the secret. */
export interface Secret {
  prefix: string;
  secretHash: string;
}

/** A program's way in: it acts for its owner, with less than he may do, or as much. */
@Entity({ schema: "identity", name: "api_key" })
export class ApiKey extends RecordEntity {
  @Column("text") name: string;
  @Column("text") prefix: string;
  /** In no state, so no event and no history shows it. */
  @Column("text", { name: "secret_hash" }) secretHash: string;
  @Column("jsonb") grants: ApiKeyState["grants"];
  @Column("timestamptz", { name: "expires_at", nullable: true }) expiresAt: Date | null;
  @Column("timestamptz", { name: "revoked_at", nullable: true }) revokedAt: Date | null;

  /** @param count of the keys that the owner has and can use */
  open(data: CreateApiKey & Secret, now: Date, count: number): DomainEvent[] {
    if (count >= MOST_KEYS) throw new Conflict("api-key.too-many", `You have ${MOST_KEYS} keys: revoke one first.`);
    mustBeNear(data.expiresAt, now);
    assign(this, data);
    return [event("identity.api-key.created", this, now)];
  }

  /** Nobody makes a key for somebody else. */
  imported(): DomainEvent[] {
    throw new RuleViolation("api-key.not-importable", "API keys cannot be imported.");
  }

  update(patch: UpdateApiKey, now: Date): DomainEvent[] {
    if (this.revokedAt) throw new Conflict("api-key.revoked", "The key is revoked: make another one.");
    mustBeNear(patch.expiresAt, now);
    return assign(this, { ...patch, grants: patch.grants && mergedGrants(this.grants, patch.grants) })
      ? [event("identity.api-key.updated", this, now)]
      : [];
  }

  /** Revokes the key, for good. It stays to be seen. */
  remove(now: Date): DomainEvent[] {
    if (this.revokedAt) return [];
    this.revokedAt = now;
    return [event("identity.api-key.revoked", this, now)];
  }

  restore(): DomainEvent[] {
    throw new Conflict("api-key.revoked", "A revoked key stays revoked: make another one.");
  }

  state(): ApiKeyState {
    return {
      ...this.base(),
      name: this.name,
      prefix: this.prefix,
      grants: this.grants,
      expiresAt: this.expiresAt?.toISOString() ?? null,
      revokedAt: this.revokedAt?.toISOString() ?? null,
    };
  }
}

function mustBeNear(expiresAt: Date | null | undefined, now: Date): void {
  if (!expiresAt) return;
  const latest = new Date(now);
  latest.setUTCFullYear(now.getUTCFullYear() + LONGEST_YEARS);
  if (expiresAt > now && expiresAt <= latest) return;
  const message = `A time in the future is expected, at most ${LONGEST_YEARS} years away.`;
  throw new RuleViolation("request.invalid", `expiresAt: ${message}`, {
    errors: [{ field: "expiresAt", code: "field.range", message }],
  });
}
