import { Type, type Static, type TObject, type TProperties, type TSchema } from "typebox";

/** What set a change off. Nothing that reaches out (mail, timer, survey) starts from `import`. */
export const ORIGINS = ["ui", "api", "import", "rule", "sync", "system"] as const;
export type Origin = (typeof ORIGINS)[number];

export const ACTOR_TYPES = ["user", "api-key", "system"] as const;
export type ActorType = (typeof ACTOR_TYPES)[number];

/** A UUID in its canonical form (RFC 9562). */
export const Uuid = Type.String({ format: "uuid" });
/** An instant, ISO 8601 in UTC with `Z`. */
export const Instant = Type.String({ format: "date-time" });
/** A calendar day, `YYYY-MM-DD`. */
export const Day = Type.String({ format: "date" });
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
/** One of the given words. */
export const oneOf = <const T extends readonly string[]>(words: T) =>
  Type.Unsafe<T[number]>({ type: "string", enum: [...words] });

/** An amount in decimal digits of its ISO 4217 currency, never a float. */
export const Money = Type.Object({
  amount: Type.String({ pattern: String.raw`^-?\d+(\.\d+)?$` }),
  currency: Type.String({ pattern: "^[A-Z]{3}$" }),
});
export type Money = Static<typeof Money>;

/** A value about a person: readable, or encrypted as `{ enc: "<keyId>.<base64>" }`. */
export const Personal = Type.Union([Type.String(), Type.Object({ enc: Type.String() })], { "x-personal": true });
export type Personal = Static<typeof Personal>;

/** The name of a record in another system. */
export const ExternalId = Type.Object({ system: Type.String(), id: Type.String() });
export type ExternalId = Static<typeof ExternalId>;

/** What the public state of every record carries. */
export const RecordState = {
  id: Uuid,
  ownerId: nullable(Uuid),
  externalIds: Type.Array(ExternalId),
  createdAt: Instant,
  updatedAt: Instant,
  deletedAt: nullable(Instant),
};

/** A user, or the users of a team and of the teams below it, with whom a record is shared. */
export const Collaborator = Type.Object({
  type: oneOf(["user", "team"]),
  id: Uuid,
  access: oneOf(["read", "write"]),
});
export type Collaborator = Static<typeof Collaborator>;

/** The values of the fields that the company has added, by their names; older events have none. */
export const Custom = Type.Optional(Type.Record(Type.String(), Type.Unknown()));
/** The same of a record about a person: encrypted as a whole. */
export const PersonalCustom = Type.Optional(
  Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Object({ enc: Type.String() })], {
    "x-personal": true,
  }),
);

/** What the public state of a record that people own carries besides. */
export const OwnedState = {
  ...RecordState,
  /** The team in whose pool it lies; counts while it has no owner. */
  teamId: nullable(Uuid),
  collaborators: Type.Array(Collaborator),
  custom: Custom,
  tags: Type.Optional(Type.Array(Type.String())),
};

/** CloudEvents 1.0 attributes of every message on the bus, and its data. */
export const envelope = <T extends TSchema>(data: T) =>
  Type.Object({
    specversion: Type.Literal("1.0"),
    id: Uuid,
    source: Type.String(),
    type: Type.String(),
    time: Instant,
    subject: Uuid,
    datacontenttype: Type.Literal("application/json"),
    dataschema: Type.String(),
    aggregateversion: Type.Integer({ minimum: 1 }),
    actortype: oneOf(ACTOR_TYPES),
    actorid: Type.String(),
    sessionid: Type.Optional(Type.String()),
    origin: oneOf(ORIGINS),
    correlationid: Type.String(),
    causationid: Type.Optional(Type.String()),
    data,
  });

export const AnyEnvelope = envelope(Type.Record(Type.String(), Type.Unknown()));
export type AnyEnvelope = Static<typeof AnyEnvelope>;

/** The contract of one event type. */
export interface EventContract<D extends TSchema = TSchema> {
  /** `kehu.<area>.<concept>` */
  topic: string;
  /** Raised when a change to `data` is not add-only. */
  version: number;
  /** The property of `data` that holds the public state of the record. */
  concept: string;
  data: D;
  /** A literal example that producers and consumers test against. */
  example: Static<D>;
}

/** The last event of a record: it is gone for good, and nothing of what it said is told. */
function purged(topic: string, concept: string) {
  const data = Type.Object({ changed: Type.Array(Type.String()) });
  return { topic, version: 1, concept, data, example: { changed: [] } };
}

/**
 * Describes the events of one concept: each carries `changed` and the state of the record under `concept`.
 *
 * @param topic `kehu.<area>.<concept>`, written out
 * @param concept property of `data` that holds the state (`account`)
 * @param state schema of the public state
 * @param example a literal state
 * @returns a function that describes one event type; its argument are the properties that this fact adds. Its `purged`
 *   describes the end of a record, the one event without a state
 */
export function concept<const C extends string, S extends TObject>(
  topic: string,
  concept: C,
  state: S,
  example: Static<S>,
) {
  const fact = <P extends TProperties = Record<never, never>>(
    facts?: P,
    factsExample?: { [K in keyof P]: Static<P[K]> },
  ) => {
    const data = Type.Object({
      changed: Type.Array(Type.String()),
      [concept]: state,
      ...facts,
    } as { changed: ReturnType<typeof Type.Array<ReturnType<typeof Type.String>>> } & Record<C, S> & P);
    return {
      topic,
      version: 1,
      concept,
      data,
      example: { changed: [], [concept]: example, ...factsExample } as unknown as Static<typeof data>,
    };
  };
  return Object.assign(fact, { purged: purged(topic, concept) });
}

/** Who caused a change, and through what. */
export interface Actor {
  actorType: ActorType;
  /** The user's id, also where an API key acts for its owner; for `system` the name of the part that acted. */
  actorId: string;
  /** The session in which he acts; for `api-key` the key's id. */
  sessionId: string | null;
  origin: Origin;
  /** The request id; becomes `correlationid`. */
  requestId: string;
  /** The event that caused this one, where an event did. */
  causationId?: string;
}

/** A fact that an entity reports of itself; libs/messaging makes the envelope. */
export interface DomainEvent {
  type: string;
  /** Id of the record. */
  subject: string;
  /** Version of the record after this fact; 0 is not a version. */
  version: number;
  time: Date;
  data: Record<string, unknown> & { changed: string[] };
  /** The record's state before; null of a new one. */
  before?: object | null;
  /** Encrypts a personal value of `data` for the bus, where the record is about a person; `path` is its place in `data`. */
  seal?: (value: unknown, path: string) => unknown;
}
