import { RETENTION_CONDITIONS } from "@kehu/contracts";
import { fields, integer, json, RecordDto, resource, text } from "@kehu/records";
import { UpdateSettings } from "./settings.dto.ts";
import { Settings } from "./settings.entity.ts";

/** Id of the one row. */
export const SETTINGS_ID = "01980000-0000-7000-8000-000000000100";

const RETENTION_SCHEMA = {
  type: "array",
  items: {
    type: "object",
    required: ["concept", "condition", "months"],
    properties: {
      concept: { type: "string", enum: Object.keys(RETENTION_CONDITIONS) },
      condition: { type: "string", enum: [...new Set(Object.values(RETENTION_CONDITIONS).flat())] },
      months: { type: "integer" },
    },
  },
};

export const SETTINGS = resource<Settings>({
  name: "settings",
  type: "settings",
  concept: "identity.settings",
  snapshot: "identity.settings.snapshot",
  updated: "identity.settings.updated",
  table: "settings",
  entity: Settings,
  permissions: { read: "identity.settings.read", write: "identity.settings.write", import: "identity.settings.write" },
  fields: fields({
    currency: text("Currency", "币种", { required: true }),
    timeZone: text("Time zone", "时区", { required: true }),
    country: text("Country", "国家/地区", { required: true }),
    languages: json("Languages", "语言", { type: "array", items: { type: "string" } }, { required: true }),
    retention: json("Retention rules", "保留规则", RETENTION_SCHEMA, { neverNull: true }),
    purgeDeletedAfterDays: integer("Days until what was deleted is purged", "已删除记录的清除天数"),
    fiscalYearStart: integer("First month of the fiscal year", "财年起始月", { required: true }),
  }),
  dto: { create: RecordDto, update: UpdateSettings, import: RecordDto },
});
