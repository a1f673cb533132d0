import type { RequestContext } from "@kehu/auth";
import { Conflict } from "@kehu/contracts";
import { Clock } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { Applying } from "./applying.service.ts";
import { closed, compared, missing, type Planned } from "./comparison.ts";
import type { ApplyConfiguration, ConfigurationFile } from "./configuration.dto.ts";
import { fileText, itemsOf, mustBeWhole } from "./configuration-file.ts";
import { shows, tokenOf } from "./configuration-token.ts";
import type { Around, Difference, Held, Item, LeftOut, Outcome, Section, SectionName, Value } from "./item.ts";
import { outcomesOf } from "./outcomes.ts";
import { Sections } from "./sections.service.ts";

/** What applying a file would do. */
export interface Comparison {
  /** To be given back with the file, so that nothing is applied but what was shown. */
  token: string;
  counts: Record<Difference["change"], number>;
  differences: Difference[];
}

/** How applying went. */
export interface Applied {
  /** False where changes are left: the same request goes on with them. */
  done: boolean;
  counts: Record<Outcome["outcome"], number>;
  outcomes: Outcome[];
}

/** Reads what a company has arranged as one file, and arranges it as a file says. */
@Injectable()
export class ConfigurationService {
  constructor(
    private readonly sections: Sections,
    private readonly applying: Applying,
    private readonly clock: Clock,
  ) {}

  /** @throws Unavailable where a service does not answer: a part of it would look like all */
  async export(who: RequestContext): Promise<string> {
    const values: Partial<Record<SectionName, readonly Value[]>> = {};
    const leftOut: LeftOut[] = [];
    for (const section of this.sections.all) {
      const held = await heldBy(section, who);
      const items = held.items.filter(({ fixed }) => fixed?.code !== "role.built-in");
      const first = items.filter(({ key }, index) => items.findIndex((one) => one.key === key) === index);
      values[section.name] = first.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ value }) => value);
      const twins = new Set(items.filter((one) => !first.includes(one)).map(({ key }) => key));
      leftOut.push(...held.leftOut, ...[...twins].map((key) => twinOf(section, key)));
    }
    return fileText(values as Record<SectionName, readonly Value[]>, leftOut);
  }

  async compare(file: ConfigurationFile, who: RequestContext): Promise<Comparison> {
    mustBeWhole(file);
    const differences = (await this.planned(file, who)).map(({ difference }) => difference);
    return {
      token: tokenOf(file, differences),
      counts: counted(["create", "update", "conflict", "only-here"], differences, ({ change }) => change),
      differences,
    };
  }

  /**
   * Makes the changes that a comparison has shown, one after the other, each in the caller's name. What is done already is
   * no difference any more, so the same request goes on where it was ended, however it was.
   *
   * @throws Conflict `configuration.changed` where something differs that was not shown
   * @throws Conflict `configuration.conflicts` where something cannot be brought about, and is not to be skipped
   * @throws Conflict `configuration.being-applied` while somebody else applies one
   */
  async apply(request: ApplyConfiguration, who: RequestContext): Promise<Applied> {
    const { configuration, token, skipConflicts = false } = request;
    mustBeWhole(configuration, "configuration.");
    return this.applying.alone(async () => {
      const planned = await this.planned(configuration, who);
      const differences = planned.map(({ difference }) => difference);
      if (!shows(token, configuration, differences))
        throw new Conflict(
          "configuration.changed",
          "The file, or what is here, is not what was compared: compare again, and look at what differs.",
        );
      const conflicts = differences.filter(({ change }) => change === "conflict");
      if (conflicts.length && !skipConflicts)
        throw new Conflict("configuration.conflicts", "Some of it cannot be brought about; nothing was changed.", {
          conflicts,
        });
      const outcomes = await outcomesOf(planned, who, () => this.clock.now());
      return {
        done: outcomes.every(({ outcome }) => outcome !== "left"),
        counts: counted(["done", "failed", "skipped", "left"], outcomes, ({ outcome }) => outcome),
        outcomes,
      };
    });
  }

  private async planned(file: ConfigurationFile, who: RequestContext): Promise<Planned[]> {
    const planned: Planned[] = [];
    let around: Around = {};
    for (const section of this.sections.all) {
      const wanted = itemsOf(file, section.name);
      if (!wanted) continue;
      const held = await heldBy(section, who);
      const ofSection = await compared(section, wanted, held, who, around);
      planned.push(...ofSection);
      around = { ...around, [section.name]: broughtAbout(wanted, held, ofSection) };
    }
    return planned;
  }
}

/** What the caller sees of a section; nothing, where he sees it in part. */
async function heldBy(section: Section, who: RequestContext): Promise<Held> {
  const { reading = [] } = section;
  const reason = (missing([reading].flat(), who) ?? closed(section, "hidden", who))?.message;
  return reason === undefined
    ? section.read(who)
    : { items: [], leftOut: [{ section: section.name, key: null, reason }] };
}

/** The keys of what of a section is there when the next one's turn comes: neither a conflict nor retired. */
function broughtAbout(wanted: readonly Item[], { items }: Held, planned: readonly Planned[]): string[] {
  const retired = items.filter(({ value }) => value["retired"]).map(({ key }) => key);
  const conflicts = planned.flatMap(({ difference: { change, key } }) => (change === "conflict" ? [key] : []));
  const absent = new Set([...retired, ...conflicts]);
  return wanted.map(({ key }) => key).filter((key) => !absent.has(key));
}

const twinOf = ({ name }: Section, key: string): LeftOut => ({
  section: name,
  key,
  reason: "Another one is called so, too; the older one is in the file.",
});

function counted<K extends string, T>(names: readonly K[], all: readonly T[], of: (one: T) => K): Record<K, number> {
  const counts = names.map((name) => [name, all.filter((one) => of(one) === name).length] as const);
  return Object.fromEntries(counts) as Record<K, number>;
}
