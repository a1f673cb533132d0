import { Type, type Static } from "typebox";
import { concept, RecordState } from "../event.ts";

export const SettingsState = Type.Object({
  ...RecordState,
  /** ISO 4217; sums and metrics are in this currency. */
  currency: Type.String(),
  /** IANA name; months and days of metrics are cut here. */
  timeZone: Type.String(),
  /** ISO 3166-1 alpha-2; phone numbers without a country code are read as this country's. */
  country: Type.String(),
  languages: Type.Array(Type.String()),
  /** 1 to 12 */
  fiscalYearStart: Type.Integer(),
});
export type SettingsState = Static<typeof SettingsState>;

const settings = concept("kehu.identity.settings", "settings", SettingsState, {
  id: "0199c1a0-0000-7000-8000-0000000000ff",
  ownerId: null,
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  currency: "CNY",
  timeZone: "Asia/Shanghai",
  country: "CN",
  languages: ["zh-CN", "en"],
  fiscalYearStart: 1,
});

export const SETTINGS_EVENTS = {
  "identity.settings.created": settings(),
  "identity.settings.updated": settings(),
  "identity.settings.snapshot": settings(),
};
