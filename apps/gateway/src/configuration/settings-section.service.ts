import type { RequestContext } from "@kehu/auth";
import { RecordQueries, Writing } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { SETTINGS, SETTINGS_ID } from "../settings/settings.resource.ts";
import { usualSteps } from "./comparison.ts";
import { acting } from "./acting.ts";
import { KEYS } from "./configuration-file.ts";
import type { Held, Item, Kept, Section } from "./item.ts";

/** What the company has decided once. */
@Injectable()
export class SettingsSection implements Section {
  readonly name = "settings";
  readonly concept = SETTINGS.concept;
  readonly reading = "identity.settings.read";

  constructor(
    private readonly queries: RecordQueries,
    private readonly writing: Writing,
  ) {}

  async read(who: RequestContext): Promise<Held> {
    const record = await this.queries.get(SETTINGS, SETTINGS_ID, who);
    const { currency, timeZone, country, languages, fiscalYearStart, retention, purgeDeletedAfterDays } = record;
    const value = { currency, timeZone, country, languages, fiscalYearStart, retention, purgeDeletedAfterDays };
    return { items: [{ key: KEYS.settings(value), value, id: record.id, version: record.version }], leftOut: [] };
  }

  needs() {
    return { read: ["identity.settings.read"], write: ["identity.settings.write"] } as const;
  }

  conflict() {
    return undefined;
  }

  steps(item: Item, kept: Kept | undefined) {
    return usualSteps(item, kept, async (names, who) => {
      const patch = Object.fromEntries(names.map((name) => [name, item.value[name]]));
      const as = acting(who, "identity.settings.write", kept?.version);
      await this.writing.records.patch(SETTINGS, SETTINGS_ID, patch, as);
    });
  }
}
