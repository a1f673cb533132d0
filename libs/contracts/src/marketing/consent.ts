import { Type, type Static } from "typebox";
import { concept, Instant, nullable, oneOf, Personal, RecordState, Uuid } from "../event.ts";

export const CONSENT_STATES = ["pending", "granted", "withdrawn", "expired"] as const;
export const CONSENT_CHANNELS = ["email", "phone", "sms", "post", "chat"] as const;
export const SUPPRESSION_REASONS = ["hard_bounce", "complaint", "manual", "legal"] as const;

/** One entry of the ledger; it is never changed, a later one counts instead. */
export const ConsentState = Type.Object({
  ...RecordState,
  personId: Uuid,
  channel: oneOf(CONSENT_CHANNELS),
  purpose: Type.String(),
  state: oneOf(CONSENT_STATES),
  basis: nullable(Type.String()),
  source: Type.String(),
  proof: nullable(Personal),
  decidedAt: Instant,
});
export type ConsentState = Static<typeof ConsentState>;

const consent = concept("kehu.marketing.consent", "consent", ConsentState, {
  id: "0199c1a0-0000-7000-8000-000000000012",
  ownerId: null,
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  personId: "0199c1a0-0000-7000-8000-0000000000b1",
  channel: "email",
  purpose: "marketing",
  state: "withdrawn",
  basis: null,
  source: "campaign-member",
  proof: null,
  decidedAt: "2026-01-02T03:04:05.000Z",
});

export const SuppressionState = Type.Object({
  ...RecordState,
  personId: Uuid,
  channel: oneOf(CONSENT_CHANNELS),
  reason: oneOf(SUPPRESSION_REASONS),
  source: Type.String(),
  suppressedAt: Instant,
});
export type SuppressionState = Static<typeof SuppressionState>;

const suppression = concept("kehu.marketing.suppression", "suppression", SuppressionState, {
  id: "0199c1a0-0000-7000-8000-000000000013",
  ownerId: null,
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  personId: "0199c1a0-0000-7000-8000-0000000000b1",
  channel: "email",
  reason: "hard_bounce",
  source: "campaign-member",
  suppressedAt: "2026-01-02T03:04:05.000Z",
});

export const CONSENT_EVENTS = {
  "marketing.consent.created": consent(),
  "marketing.consent.snapshot": consent(),
  "marketing.suppression.created": suppression(),
  "marketing.suppression.snapshot": suppression(),
};
