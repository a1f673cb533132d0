import type { KeyObject } from "node:crypto";
import { decrypt, derive, encrypt } from "./cipher.ts";

interface MasterKey {
  /** Made of the key, so that nobody has to give it a name. */
  id: string;
  wrapping: KeyObject;
}

/** A key of a person as it is stored: encrypted with a master key. */
export interface Wrapped {
  masterKeyId: string;
  wrapped: string;
}

/** The master keys of an install: the one that wraps, and further ones that are known while it is replaced. */
export class MasterKeys {
  private readonly keys: readonly MasterKey[];

  /** @param secrets the one that wraps comes first */
  constructor(secrets: readonly string[]) {
    this.keys = secrets.map((secret) => ({
      id: derive(secret, "id of a master key").export().toString("hex", 0, 6),
      wrapping: derive(secret, "wrap keys of persons"),
    }));
  }

  /** Id of the key that wraps. */
  get current(): string {
    return this.first.id;
  }

  /** Ids of the others. */
  get others(): string[] {
    return this.keys.slice(1).map(({ id }) => id);
  }

  /** @param context whose key it is */
  wrap(key: Buffer, context: string): Wrapped {
    return { masterKeyId: this.first.id, wrapped: encrypt(this.first.wrapping, key, context) };
  }

  /** @throws Error where no master key fits, or the wrapped key is another's or was changed */
  unwrap({ masterKeyId, wrapped }: Wrapped, context: string): Buffer {
    const master = this.keys.find(({ id }) => id === masterKeyId);
    if (!master) throw new Error(`The master key ${masterKeyId} is not known here.`);
    return decrypt(master.wrapping, wrapped, context);
  }

  private get first(): MasterKey {
    const [first] = this.keys;
    if (!first) throw new Error("This process is given no master key, so it cannot read personal data.");
    return first;
  }
}
