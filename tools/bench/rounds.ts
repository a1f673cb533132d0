import type { Bare } from "./bare.ts";
import { median, medians, sum } from "./figures.ts";
import type { Kehu } from "./kehu.ts";
import { Load, type Request } from "./load.ts";
import { cpuBetween, cpuSeconds, type CpuSeconds } from "./usage.ts";

/** How a load is measured. */
export interface Pace {
  rounds: number;
  /** Seconds of load in each. */
  seconds: number;
  /** Requests before the first round: what V8 has not compiled yet costs several times as much. */
  warmUp: number;
}

/** What one system did under one load: requests a second, milliseconds, CPU time in microseconds per request. */
interface Figures {
  perSecond: number;
  /** With the time that the events still took afterwards. */
  perSecondLevel: number;
  p50: number;
  p99: number;
  cpu: number;
  cpuLevel: number;
}

export interface Compared {
  kehu: Figures;
  bare: Figures;
  /** CPU time in microseconds per request, by process, under load. */
  kehuCpu: CpuSeconds;
  bareCpu: CpuSeconds;
  /** Kehu's share of the baseline's requests per second: the median of the rounds. */
  ratio: number;
  ratioLevel: number;
  /** The baseline's CPU time per request as a share of Kehu's. */
  ratioCpu: number;
}

interface Reading {
  figures: Figures;
  byProcess: CpuSeconds;
}

/** Drives Kehu and the baseline in turn, so that whatever else the machine does meets both. */
export class Rounds {
  private readonly kehu: Kehu;
  private readonly bare: Bare;
  private readonly kehuLoad: Load;
  private readonly bareLoad: Load;

  constructor(kehu: Kehu, bare: Bare) {
    this.kehu = kehu;
    this.bare = bare;
    this.kehuLoad = new Load(kehu.url);
    this.bareLoad = new Load(bare.url);
  }

  async compare(next: () => Request, pace: Pace): Promise<Compared> {
    const readings: { kehu: Reading; bare: Reading }[] = [];
    await this.kehu.signIn();
    await this.kehuLoad.count(this.signed(next), pace.warmUp);
    await this.bareLoad.count(next, pace.warmUp);
    for (let round = 0; round < pace.rounds; round++) {
      await this.kehu.signIn();
      const first = round % 2 === 0 ? await this.onKehu(next, pace) : undefined;
      const bare = await this.onBare(next, pace);
      readings.push({ kehu: first ?? (await this.onKehu(next, pace)), bare });
    }
    const ratioOf = (share: (kehu: Figures, bare: Figures) => number) =>
      median(readings.map(({ kehu, bare }) => share(kehu.figures, bare.figures)));
    return {
      kehu: medians(readings.map(({ kehu }) => kehu.figures)),
      bare: medians(readings.map(({ bare }) => bare.figures)),
      kehuCpu: medians(readings.map(({ kehu }) => kehu.byProcess)),
      bareCpu: medians(readings.map(({ bare }) => bare.byProcess)),
      ratio: ratioOf((kehu, bare) => kehu.perSecond / bare.perSecond),
      ratioLevel: ratioOf((kehu, bare) => kehu.perSecondLevel / bare.perSecondLevel),
      ratioCpu: ratioOf((kehu, bare) => bare.cpu / kehu.cpu),
    };
  }

  async close(): Promise<void> {
    await Promise.all([this.kehuLoad.close(), this.bareLoad.close()]);
  }

  private onKehu(next: () => Request, pace: Pace): Promise<Reading> {
    return this.measure(this.kehuLoad, this.signed(next), pace, this.kehu.services(), () => this.kehu.untilLevel());
  }

  private signed(next: () => Request): () => Request {
    const authorization = this.kehu.authorization();
    return () => {
      const request = next();
      return { ...request, headers: { ...request.headers, authorization } };
    };
  }

  private onBare(next: () => Request, pace: Pace): Promise<Reading> {
    return this.measure(this.bareLoad, next, pace, this.bare.services(), () => Promise.resolve());
  }

  private async measure(
    load: Load,
    next: () => Request,
    { seconds }: Pace,
    services: ReturnType<Kehu["services"]>,
    untilLevel: () => Promise<void>,
  ): Promise<Reading> {
    const read = () => cpuSeconds(services, this.kehu.postmaster());
    await this.kehu.untilLevel();
    const before = read();
    const result = await load.closed(next, seconds);
    const used = cpuBetween(before, read());
    const start = performance.now();
    await untilLevel();
    const level = cpuBetween(before, read());
    const { requests, p50, p99 } = result;
    const perRequest = (cpu: CpuSeconds) => (sum(Object.values(cpu)) - cpu["client"]!) * (1e6 / requests);
    return {
      figures: {
        perSecond: requests / result.seconds,
        perSecondLevel: requests / (result.seconds + (performance.now() - start) / 1_000),
        p50,
        p99,
        cpu: perRequest(used),
        cpuLevel: perRequest(level),
      },
      byProcess: Object.fromEntries(Object.entries(used).map(([name, value]) => [name, (value * 1e6) / requests])),
    };
  }
}
