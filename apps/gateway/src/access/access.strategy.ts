import { bearerOf, type IncomingRequest } from "@kehu/auth";
import { Injectable } from "@nestjs/common";
import { PassportStrategy } from "@nestjs/passport";
import { Strategy } from "passport-jwt";
import { KeyRing } from "../keys/key-ring.ts";
import { AUDIENCE, ISSUER, keyIdOf, readAccessClaims, type AccessClaims } from "./access-token.ts";

/** passport-jwt for access tokens: ES256 pinned, issuer and audience required, keys from our own ring only. */
@Injectable()
export class AccessStrategy extends PassportStrategy(Strategy, "access") {
  constructor(keys: KeyRing) {
    super({
      jwtFromRequest: (request: IncomingRequest) => bearerOf(request) ?? null,
      secretOrKeyProvider: (_request: unknown, token: string, done: (error: Error | null, key?: Buffer) => void) => {
        const kid = keyIdOf(token);
        const key = kid === undefined ? undefined : keys.find(kid, Date.now());
        if (!key) return done(new Error("no key of ours"));
        done(null, key.publicKey as unknown as Buffer); // typed as Buffer, read as a KeyObject
      },
      algorithms: ["ES256"],
      issuer: ISSUER,
      audience: AUDIENCE,
      ignoreExpiration: false,
    });
  }

  validate(payload: Record<string, unknown>): AccessClaims | false {
    return readAccessClaims(payload) ?? false;
  }
}
