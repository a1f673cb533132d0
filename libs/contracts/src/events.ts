import type { Static } from "typebox";
import { CUSTOM_FIELD_EVENTS } from "./custom-field.ts";
import { EXPORT_EVENTS } from "./export.ts";
import { SAVED_VIEW_EVENTS } from "./saved-view.ts";
import { ACCOUNT_EVENTS } from "./customer/account.ts";
import { CONTACT_EVENTS } from "./customer/contact.ts";
import { INTERACTION_EVENTS } from "./customer/interaction.ts";
import { TASK_EVENTS } from "./customer/task.ts";
import { LEAD_EVENTS } from "./sales/lead.ts";
import { PIPELINE_EVENTS } from "./sales/pipeline.ts";
import { OPPORTUNITY_EVENTS } from "./sales/opportunity.ts";
import { TICKET_EVENTS } from "./service-desk/ticket.ts";
import { QUEUE_EVENTS } from "./service-desk/queue.ts";
import { CAMPAIGN_EVENTS } from "./marketing/campaign.ts";
import { CAMPAIGN_MEMBER_EVENTS } from "./marketing/campaign-member.ts";
import { CONSENT_EVENTS } from "./marketing/consent.ts";
import type { AnyEnvelope } from "./event.ts";
import { API_KEY_EVENTS } from "./identity/api-key.ts";
import { ROLE_EVENTS } from "./identity/role.ts";
import { SETTINGS_EVENTS } from "./identity/settings.ts";
import { TEAM_EVENTS } from "./identity/team.ts";
import { USER_EVENTS } from "./identity/user.ts";
import { VOCABULARY_EVENTS } from "./identity/vocabulary.ts";

/** Every event that Kehu publishes, by type. */
export const EVENTS = {
  ...USER_EVENTS,
  ...ROLE_EVENTS,
  ...TEAM_EVENTS,
  ...API_KEY_EVENTS,
  ...SETTINGS_EVENTS,
  ...VOCABULARY_EVENTS,
  ...ACCOUNT_EVENTS,
  ...CONTACT_EVENTS,
  ...INTERACTION_EVENTS,
  ...TASK_EVENTS,
  ...LEAD_EVENTS,
  ...PIPELINE_EVENTS,
  ...OPPORTUNITY_EVENTS,
  ...TICKET_EVENTS,
  ...QUEUE_EVENTS,
  ...CAMPAIGN_EVENTS,
  ...CAMPAIGN_MEMBER_EVENTS,
  ...CONSENT_EVENTS,
  ...CUSTOM_FIELD_EVENTS,
  ...EXPORT_EVENTS,
  ...SAVED_VIEW_EVENTS,
};

export type EventType = keyof typeof EVENTS;
export type EventData<T extends EventType> = Static<(typeof EVENTS)[T]["data"]>;

/** An event as it stands on the bus. */
export type EventOf<T extends EventType> = T extends EventType
  ? Omit<AnyEnvelope, "type" | "data"> & { type: T; data: EventData<T> }
  : never;
