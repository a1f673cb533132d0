import { Type, type Static } from "typebox";
import { concept, nullable, RecordState } from "../event.ts";

/** Of which records a rule may say that the persons in them are erased, and when. */
export const RETENTION_CONDITIONS = {
  "sales.lead": ["unqualified", "untouched"],
  "customer.contact": ["untouched"],
} as const;

export const RetentionRule = Type.Object({
  concept: Type.String(),
  condition: Type.String(),
  /** How long it must have been so. */
  months: Type.Integer(),
});
export type RetentionRule = Static<typeof RetentionRule>;

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
  /** Whom the services erase by themselves; nobody where it is left out. */
  retention: Type.Optional(Type.Array(RetentionRule)),
  /** After how many days a deleted record is gone for good; never where it is null or left out. */
  purgeDeletedAfterDays: Type.Optional(nullable(Type.Integer())),
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
  retention: [{ concept: "sales.lead", condition: "unqualified", months: 24 }],
  purgeDeletedAfterDays: 90,
});

export const SETTINGS_EVENTS = {
  "identity.settings.created": settings(),
  "identity.settings.updated": settings(),
  "identity.settings.snapshot": settings(),
};
