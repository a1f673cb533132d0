import { createHmac, type KeyObject } from "node:crypto";

/** What encrypted values are found by. */
export const BLIND_KINDS = ["email", "phone", "emailDomain", "phoneEnding"] as const;
export type BlindKind = (typeof BLIND_KINDS)[number];

/** Where a person is reached, normalised: e-mail in lower case, phone in E.164. */
export interface Reach {
  emails: readonly string[];
  phones: readonly string[];
}

const ENDING = 7;

/** @returns the last seven digits of a phone number; fewer where it has no more */
export const phoneEnding = (phone: string) => phone.replace(/\D/g, "").slice(-ENDING);

/** Makes tokens by which equal values are found without being known (HMAC-SHA-256 under a key of its own). */
export class BlindIndex {
  constructor(private readonly key: KeyObject) {}

  /** @returns 22 characters that only this install makes of this value */
  token(kind: BlindKind | "body", value: string): string {
    return createHmac("sha256", this.key).update(`${kind}\0${value}`).digest().toString("base64url", 0, 16);
  }

  /** All tokens of a row: of each value, and the plain words `email` and `phone` where it has any. */
  tokens({ emails, phones }: Reach): string[] {
    return [
      ...new Set([
        ...emails.flatMap((email) => ["email", this.token("email", email), this.token("emailDomain", domainOf(email))]),
        ...phones.flatMap((phone) => [
          "phone",
          this.token("phone", phone),
          this.token("phoneEnding", phoneEnding(phone)),
        ]),
      ]),
    ];
  }
}

const domainOf = (email: string) => email.slice(email.lastIndexOf("@") + 1);
