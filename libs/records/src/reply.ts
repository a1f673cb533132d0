import { Problem } from "@kehu/contracts";
import type { RecordView } from "./view.ts";

/** What a write answers: the record as it is now, or nothing. Kept with the Idempotency-Key, and replayed as it was. */
export interface Reply {
  /** A promise where the database has not answered yet. */
  body: unknown;
  /** Version of the record, for the header ETag. */
  version: number | null;
  /** Where the new record is, for the header Location. */
  location: string | null;
  /** It is kept with the Idempotency-Key already, by the statement that makes it. */
  isKept?: boolean;
}

/** A reply on its way to the caller. */
export class WriteReply<B = unknown> {
  readonly body: B;
  readonly version: number | null;
  readonly location: string | null;
  /** The reply was given before, to a request with the same Idempotency-Key. */
  readonly replayed: boolean;
  /** Where it is another one than the operation declares. */
  readonly status: number | undefined;

  constructor(
    body: B,
    { version, location, status }: Pick<Reply, "version" | "location"> & { status?: number },
    replayed = false,
  ) {
    this.body = body;
    this.status = status;
    this.version = version;
    this.location = location;
    this.replayed = replayed;
  }
}

/** 412: the caller's If-Match names an older version; `current` is the record as it is. */
export class Stale extends Problem {
  constructor(current: RecordView) {
    super(412, "record.stale", `The record is at version ${current.version}.`, { current });
  }
}
