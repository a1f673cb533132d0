import { median, medians, sum } from "./figures.ts";
import { Load, type Request } from "./load.ts";
import { cpuBetween, cpuSeconds, type CpuSeconds, type Watched } from "./usage.ts";

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
  other: Figures;
  /** CPU time in microseconds per request, by process, under load. */
  kehuCpu: CpuSeconds;
  otherCpu: CpuSeconds;
  /** Kehu's share of the other's requests per second: the median of the rounds. */
  ratio: number;
  ratioLevel: number;
  /** The other's CPU time per request as a share of Kehu's. */
  ratioCpu: number;
}

/** What answers requests. */
export interface Measured {
  readonly url: string;
  services(): Watched[];
  postmaster(): number;
  signIn(): Promise<void>;
  /** Value of the header, where it asks for one. */
  authorization(): string | undefined;
  /** Resolves when all is done that requests have brought about. */
  untilLevel(): Promise<void>;
}

/** Makes the next request of a load. */
type Next = () => Request;

interface Reading {
  figures: Figures;
  byProcess: CpuSeconds;
}

/** Drives Kehu and another in turn, so that whatever else the machine does meets both. */
export class Rounds {
  private readonly kehu: Measured;
  private readonly other: Measured;
  private readonly loads: ReadonlyMap<Measured, Load>;

  constructor(kehu: Measured, other: Measured) {
    this.kehu = kehu;
    this.other = other;
    this.loads = new Map([kehu, other].map((one) => [one, new Load(one.url)]));
  }

  /** @param onOther where the same requests would name records that the other does not have */
  async compare(onKehu: Next, pace: Pace, onOther = onKehu): Promise<Compared> {
    const readings: { kehu: Reading; other: Reading }[] = [];
    await this.warmUp(this.kehu, onKehu, pace);
    await this.warmUp(this.other, onOther, pace);
    for (let round = 0; round < pace.rounds; round++) {
      const first = round % 2 === 0 ? await this.measure(this.kehu, onKehu, pace) : undefined;
      const other = await this.measure(this.other, onOther, pace);
      readings.push({ kehu: first ?? (await this.measure(this.kehu, onKehu, pace)), other });
    }
    const ratioOf = (share: (kehu: Figures, other: Figures) => number) =>
      median(readings.map(({ kehu, other }) => share(kehu.figures, other.figures)));
    return {
      kehu: medians(readings.map(({ kehu }) => kehu.figures)),
      other: medians(readings.map(({ other }) => other.figures)),
      kehuCpu: medians(readings.map(({ kehu }) => kehu.byProcess)),
      otherCpu: medians(readings.map(({ other }) => other.byProcess)),
      ratio: ratioOf((kehu, other) => kehu.perSecond / other.perSecond),
      ratioLevel: ratioOf((kehu, other) => kehu.perSecondLevel / other.perSecondLevel),
      ratioCpu: ratioOf((kehu, other) => other.cpu / kehu.cpu),
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.loads.values()].map((load) => load.close()));
  }

  private async warmUp(system: Measured, next: Next, pace: Pace): Promise<void> {
    await system.signIn();
    await this.loads.get(system)!.count(signed(next, system), pace.warmUp);
  }

  private async measure(system: Measured, next: Next, { seconds }: Pace): Promise<Reading> {
    const read = () => cpuSeconds(system.services(), system.postmaster());
    await system.signIn();
    await system.untilLevel();
    const before = read();
    const result = await this.loads.get(system)!.closed(signed(next, system), seconds);
    const used = cpuBetween(before, read());
    const start = performance.now();
    await system.untilLevel();
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

function signed(next: Next, system: Measured): Next {
  const authorization = system.authorization();
  if (authorization === undefined) return next;
  return () => {
    const request = next();
    return { ...request, headers: { ...request.headers, authorization } };
  };
}
