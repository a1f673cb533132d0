import { Type, type Static } from "typebox";
import { concept, Instant, nullable, oneOf, Personal, OwnedState, Uuid } from "../event.ts";

export const INTERACTION_KINDS = ["call", "meeting", "email", "chat", "visit", "note"] as const;
export const DIRECTIONS = ["inbound", "outbound"] as const;

/** A record of any service that an interaction or a task is about. */
export const LINK_TYPES = ["account", "contact", "lead", "opportunity", "ticket", "campaign"] as const;
export const Link = Type.Object({ type: oneOf(LINK_TYPES), id: Uuid });
export type Link = Static<typeof Link>;

/** A record of another system that an interaction is about, and that Kehu has no record of. */
export const ExternalLink = Type.Object({ type: oneOf(LINK_TYPES), system: Type.String(), id: Type.String() });
export type ExternalLink = Static<typeof ExternalLink>;

export const InteractionState = Type.Object({
  ...OwnedState,
  kind: oneOf(INTERACTION_KINDS),
  direction: nullable(oneOf(DIRECTIONS)),
  subject: nullable(Type.String()),
  body: nullable(Personal),
  occurredAt: Instant,
  endedAt: nullable(Instant),
  durationSeconds: nullable(Type.Integer()),
  purpose: nullable(Type.String()),
  outcome: nullable(Type.String()),
  links: Type.Array(Link),
  externalLinks: Type.Array(ExternalLink),
});
export type InteractionState = Static<typeof InteractionState>;

const interaction = concept("kehu.customer.interaction", "interaction", InteractionState, {
  id: "0199c1a0-0000-7000-8000-000000000003",
  ownerId: "0199c1a0-0000-7000-8000-00000000000a",
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  teamId: null,
  collaborators: [],
  custom: { region: "华东", visits: 3 },
  tags: ["key account"],
  kind: "call",
  direction: "outbound",
  subject: "First call",
  body: null,
  occurredAt: "2026-01-02T02:00:00.000Z",
  endedAt: "2026-01-02T02:07:00.000Z",
  durationSeconds: 420,
  purpose: "prospecting",
  outcome: null,
  links: [{ type: "contact", id: "0199c1a0-0000-7000-8000-000000000002" }],
  externalLinks: [],
});

export const INTERACTION_EVENTS = {
  "customer.interaction.created": interaction(),
  "customer.interaction.updated": interaction(),
  "customer.interaction.owner-changed": interaction({ from: nullable(Uuid) }, { from: null }),
  "customer.interaction.deleted": interaction(),
  "customer.interaction.restored": interaction(),
  "customer.interaction.purged": interaction.purged,
  "customer.interaction.snapshot": interaction(),
};
