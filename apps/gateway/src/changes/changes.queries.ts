import type { RequestContext } from "@kehu/auth";
import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";
import { Config } from "../gateway-config.ts";
import { isTorn, stretchAfter, type Stretch } from "./change-table.ts";
import { Entries, type ChangeView } from "./entries.ts";
import { followerOf, parseAsked, type Follower } from "./reach.ts";
import { SyncTokens, tooOld } from "./sync-tokens.service.ts";

/** Changes that are looked at for one answer, however few of them the caller may see, and how many at a time. */
const MOST_READ = 2_000;
const PART = 1_000;

/** A page of changes. */
export interface ChangesPage {
  data: ChangeView[];
  page: {
    /** Where to go on; good for this caller and these kinds. */
    since: string;
    /** True where more may be there already: ask again at once, also when `data` is empty. */
    hasMore: boolean;
  };
}

/** Reads changes for those who ask now and then. */
@Injectable()
export class ChangesQueries {
  constructor(
    private readonly database: Database,
    private readonly tokens: SyncTokens,
    private readonly config: Config,
  ) {}

  /** @throws Problem 400, 403 or 410, see `SyncTokens` and `followerOf` */
  async sync(query: Readonly<Record<string, unknown>>, who: RequestContext): Promise<ChangesPage> {
    const { since, named, limit } = parseAsked(query);
    const follower = followerOf(who, named);
    const pageOf = (data: ChangeView[], end: number, hasMore: boolean): ChangesPage => ({
      data,
      page: { since: this.tokens.sign(end, follower, named), hasMore },
    });
    if (since === null) return pageOf([], await this.now(), false);
    const { entries, end, hasMore } = await this.after(this.tokens.read(since, follower, named), follower, limit);
    return pageOf(entries, end, hasMore);
  }

  /** The number of the last change. */
  async now(): Promise<number> {
    return (await stretchAfter(this.database, 0, 0)).last;
  }

  /** The changes behind a number. @throws Problem 410 `sync.expired` where some of them are kept no longer */
  async whole(seq: number, limit: number): Promise<Stretch> {
    const stretch = await stretchAfter(this.database, seq, limit);
    if (isTorn(seq, stretch)) throw tooOld(this.config.changesDays);
    return stretch;
  }

  private async after(seq: number, follower: Follower, limit: number) {
    const entries = new Entries(follower, limit);
    const pageTo = (end: number, hasMore: boolean) => ({ entries: entries.list(), end, hasMore });
    for (let end = seq; ;) {
      const { rows, last } = await this.whole(end, PART);
      for (const row of rows) {
        if (!entries.add(row)) return pageTo(end, true);
        end = row.seq;
      }
      if (end >= last) return pageTo(end, false);
      if (end - seq >= MOST_READ) return pageTo(end, true);
    }
  }
}
