import type { KeyObject } from "node:crypto";
import { ERASED, RuleViolation } from "@kehu/contracts";
import { decrypt, decryptBytes, encrypt, encryptBytes } from "./cipher.ts";

/** A value that cannot be read although its key should be there: it was changed, moved, or belongs to another key. */
export class UnreadableValue extends Error {
  /** @param place ids and names only */
  constructor(keyId: string | null, place: string) {
    super(`The personal value at ${place} cannot be read with the key ${keyId ?? "that is missing"}.`);
  }
}

/** Plain texts are filled up to a multiple of this, so that their length says less. In bytes. */
const BLOCK = 32;

const SEALED = /^([\w-]{16})\.([A-Za-z0-9+/]+={0,2})$/;

/** @returns id of the key with which a value was sealed; null for one that is not sealed */
export function keyIdOf(value: unknown): string | null {
  return typeof value === "string" ? (SEALED.exec(value)?.[1] ?? null) : null;
}

/** The key of one person's data. Once destroyed it reads every value as null and seals none. */
export class PersonKey {
  constructor(
    readonly personId: string,
    readonly id: string,
    private readonly secret: KeyObject | null,
  ) {}

  get isDestroyed(): boolean {
    return this.secret === null;
  }

  /**
   * @param value what JSON can hold
   * @param place where it stands (table, row, column); it can be read there only
   * @returns `<key id>.<base64 of nonce, ciphertext and tag>`
   * @throws RuleViolation `person.erased`
   */
  seal(value: unknown, place: string): string {
    if (!this.secret) throw new RuleViolation("person.erased", "This person was erased.");
    const text = Buffer.from(JSON.stringify(value));
    // JSON may end with spaces.
    const filled = Buffer.alloc(Math.ceil(text.length / BLOCK) * BLOCK, " ");
    text.copy(filled);
    return `${this.id}.${encrypt(this.secret, filled, this.context(place))}`;
  }

  /**
   * @returns the value that was sealed at this place; null once the key is destroyed
   * @throws UnreadableValue
   */
  open(sealed: string, place: string): unknown {
    const [, id, encrypted] = SEALED.exec(sealed) ?? [];
    if (id !== this.id) throw new UnreadableValue(this.id, place);
    if (!this.secret) return null;
    try {
      return JSON.parse(decrypt(this.secret, encrypted!, this.context(place)).toString()) as unknown;
    } catch {
      throw new UnreadableValue(this.id, place);
    }
  }

  /**
   * Seals a piece of a file, which is not filled up and not in base64.
   *
   * @param place where it stands; it can be read there only
   * @throws RuleViolation `person.erased`
   */
  sealBytes(bytes: Buffer, place: string): Buffer {
    if (!this.secret) throw new RuleViolation("person.erased", "The key of this is gone.");
    return encryptBytes(this.secret, bytes, this.context(place));
  }

  /** @throws UnreadableValue for what was sealed elsewhere or with another key, and once the key is destroyed */
  openBytes(sealed: Buffer, place: string): Buffer {
    try {
      return decryptBytes(this.secret!, sealed, this.context(place));
    } catch {
      throw new UnreadableValue(this.id, place);
    }
  }

  /**
   * @returns what seals values in the data of events about a record; what stands for an erased name is no secret, nor is an
   *   object without properties
   */
  sealerOf(subject: string): (value: unknown, path: string) => unknown {
    return (value, path) => {
      if ((value === ERASED && this.isDestroyed) || isNothing(value)) return value;
      return { enc: this.seal(value, factPlace(subject, path)) };
    };
  }

  private context(place: string): string {
    return `${this.personId} ${place}`;
  }
}

const isNothing = (value: unknown) => typeof value === "object" && value !== null && Object.keys(value).length === 0;

/** The place of a value in the data of events about a record. */
export const factPlace = (subject: string, path: string) => `event ${subject} ${path}`;
