import { Type, type Static } from "typebox";
import { concept, Instant, nullable, oneOf, RecordState } from "../event.ts";

export const ApiKeyState = Type.Object({
  ...RecordState,
  name: Type.String(),
  /** The readable part of the key, by which people recognise it. */
  prefix: Type.String(),
  /** Permission -> how far it reaches; what the key may do is this, as far as its owner may do it. */
  grants: Type.Record(Type.String(), oneOf(["own", "team", "subtree", "all"])),
  expiresAt: nullable(Instant),
  revokedAt: nullable(Instant),
});
export type ApiKeyState = Static<typeof ApiKeyState>;

const apiKey = concept("kehu.identity.api-key", "apiKey", ApiKeyState, {
  id: "0199c1a0-0000-7000-8000-0000000000cc",
  ownerId: "0199c1a0-0000-7000-8000-00000000000a",
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  name: "ERP",
  prefix: "3f9a0c1b7d52",
  grants: { "customer.account.read": "all" },
  expiresAt: "2027-01-02T03:04:05.000Z",
  revokedAt: null,
});

export const API_KEY_EVENTS = {
  "identity.api-key.created": apiKey(),
  "identity.api-key.updated": apiKey(),
  "identity.api-key.revoked": apiKey(),
  "identity.api-key.snapshot": apiKey(),
};
