import type { Database } from "@kehu/database";
import { LRUCache } from "lru-cache";

const DAY_MS = 86_400_000;
/** Callers that a replica remembers. */
const MOST = 50_000;

const KEEP = `
  INSERT INTO usual_address (caller, address) VALUES ($1, $2)
  ON CONFLICT (caller) DO UPDATE SET at = clock_timestamp() RETURNING address`;

/** From where each session and API key came first. The table decides, whichever replica was first. */
export class UsualAddresses {
  private readonly known = new LRUCache<string, { address: string; until: number }>({ max: MOST });

  constructor(private readonly database: Database) {}

  /** Whether the caller comes from where he came first, which is now, where nobody knows. */
  async is(caller: string, address: string): Promise<boolean> {
    const known = this.known.get(caller);
    if (known && known.until > Date.now()) return known.address === address;
    const [kept] = await this.database.query<{ address: string }>(KEEP, [caller, address]);
    this.known.set(caller, { address: kept!.address, until: Date.now() + DAY_MS });
    return kept!.address === address;
  }
}
