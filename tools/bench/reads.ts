import { setTimeout as wait } from "node:timers/promises";
import { randomOf } from "./accounts.ts";
import { median } from "./figures.ts";
import { Kehu } from "./kehu.ts";
import { Load, type LoadResult, type Request } from "./load.ts";
import { logPlans, plansOf, type Plans } from "./plans.ts";
import { fillToRead, type Readable, type ReadsSize } from "./reads-fill.ts";

/** How a kind of request is measured. */
export interface ReadsPace {
  readonly perSecond: number;
  readonly seconds: number;
  /** Rounds of the comparison of a large install with a small one, over 16 connections. */
  readonly rounds: number;
}

/** What became of one kind of request. */
export interface ReadFigures {
  readonly kind: string;
  /** At so many requests a second. */
  readonly paced: LoadResult;
  /** Milliseconds of the median, over 16 connections: in the large install, and in the small one. */
  readonly large: number;
  readonly small: number;
  readonly plans: Plans;
}

/** Each stands in the names of many companies: of a million accounts, of 1,000 to 42,000. */
const COMMON = ["Meridian", "Northwind Optics", "riverside", "Zephyr Tools", "上海华", "北京东", "广州金", "深圳"];

const get = (path: string): Request => ({ method: "GET", path });
const searched = (word: string) => get(`/v1/accounts?q=${encodeURIComponent(word)}`);
const isLatin = (word: string) => /^[ -~]+$/.test(word);
const listed = (query: string) => get(`/v1/accounts?limit=50${query}`);

/** Each kind of request that is measured, as a maker of its next one. */
export function onReads({ accounts, busy, names }: Readable): Record<string, () => Request> {
  const timeline = (ids: readonly string[]) => get(`/v1/accounts/${randomOf(ids)}/timeline`);
  const [latin, chinese] = [names.filter(isLatin), names.filter((name) => !isLatin(name))];
  return {
    get: () => get(`/v1/accounts/${randomOf(accounts)}`),
    list: () => listed(""),
    "list by a custom field": () => listed("&sort=-custom.score"),
    "list filtered by a custom field": () =>
      listed(`&filter[custom.region]=Region%20${Math.floor(Math.random() * 12)}`),
    "q Latin": () => searched(randomOf(latin)),
    "q Chinese": () => searched(randomOf(chinese)),
    "q for a common word": () => searched(randomOf(COMMON)),
    timeline: () => timeline(Math.random() < 0.5 ? accounts : busy),
  };
}

/**
 * Measures how long reading takes among many records, and beside the same among few.
 *
 * @param tell hears of each kind when it is measured
 */
export async function measureReads(
  sizes: { large: ReadsSize; small: ReadsSize },
  pace: ReadsPace,
  tell: (figures: ReadFigures) => void,
): Promise<void> {
  const small = await Install.make(sizes.small);
  const large = await Install.make(sizes.large);
  try {
    const compared = await compare(large, small, pace);
    const plans = await large.plans();
    for (const figures of compared) tell({ ...figures, plans: plans[figures.kind]! });
  } finally {
    await small.remove();
    await large.remove();
  }
}

async function compare(large: Install, small: Install, { perSecond, seconds, rounds }: ReadsPace) {
  const figures: Omit<ReadFigures, "plans">[] = [];
  for (const kind of Object.keys(large.kinds)) {
    for (const install of [large, small]) await install.load.closed(install.next(kind), seconds / 2);
    const paced = await large.load.paced(large.next(kind), perSecond, seconds);
    const medians = { large: [] as number[], small: [] as number[] };
    for (let round = 0; round < rounds; round++) {
      medians.large.push((await large.load.closed(large.next(kind), seconds / rounds)).p50);
      medians.small.push((await small.load.closed(small.next(kind), seconds / rounds)).p50);
    }
    figures.push({ kind, paced, large: median(medians.large), small: median(medians.small) });
  }
  return figures;
}

/** A Kehu with records to read. */
class Install {
  readonly kinds: Record<string, () => Request>;
  readonly load: Load;
  private readonly kehu: Kehu;

  private constructor(kehu: Kehu, readable: Readable) {
    this.kehu = kehu;
    this.load = new Load(kehu.url);
    this.kinds = onReads(readable);
  }

  static async make(size: ReadsSize): Promise<Install> {
    const kehu = await Kehu.make();
    await kehu.start();
    return new Install(kehu, await kehu.withDatabase((database) => fillToRead(kehu, database, size)));
  }

  next(kind: string): () => Request {
    const headers = { authorization: this.kehu.authorization() };
    return () => ({ ...this.kinds[kind]!(), headers });
  }

  /** The plans of each kind's statements. Connections log plans from their beginning on, so everything starts anew. */
  async plans(): Promise<Record<string, Plans>> {
    await this.kehu.withDatabase(logPlans);
    await this.kehu.stop();
    await this.kehu.start();
    await this.kehu.signIn();
    const plans: Record<string, Plans> = {};
    for (const kind of Object.keys(this.kinds)) plans[kind] = await this.plansOf(kind);
    return plans;
  }

  private plansOf(kind: string): Promise<Plans> {
    return this.kehu.withDatabase((database) =>
      plansOf(database, this.kehu.logOf("postgres"), async () => {
        // Often enough for a plan that the server keeps.
        await this.load.count(this.next(kind), 200);
        // What the server logs comes by a pipe.
        await wait(500);
      }),
    );
  }

  async remove(): Promise<void> {
    await this.load.close();
    await this.kehu.remove();
  }
}
