export * from "./problem.ts";
export * from "./event.ts";
export * from "./events.ts";
export * from "./personal.ts";
export { EXPORT_FORMATS, type ExportState } from "./export.ts";
export { CUSTOM_TYPES, CustomFieldState, type CustomChoice, type CustomType } from "./custom-field.ts";
export { SavedViewState, VIEW_VISIBILITIES, type ViewVisibility } from "./saved-view.ts";
export { ACCOUNT_TYPES, AccountState } from "./customer/account.ts";
export { USER_STATUSES, UserState } from "./identity/user.ts";
export { RETENTION_CONDITIONS, SettingsState, type RetentionRule } from "./identity/settings.ts";
export { CONTACT_POINT_KINDS, ContactPoint, ContactState } from "./customer/contact.ts";
export {
  DIRECTIONS,
  ExternalLink,
  INTERACTION_KINDS,
  InteractionState,
  Link,
  LINK_TYPES,
} from "./customer/interaction.ts";
export { TASK_STATUSES, TaskState } from "./customer/task.ts";
export { LEAD_STATUSES, LeadState } from "./sales/lead.ts";
export { PipelineState, Stage, STAGE_CATEGORIES } from "./sales/pipeline.ts";
export { OpportunityState } from "./sales/opportunity.ts";
export {
  PRIORITIES,
  TICKET_CHANNELS,
  TICKET_STATUSES,
  TICKET_TYPES,
  TicketState,
  VISIBILITIES,
} from "./service-desk/ticket.ts";
export { QueueState } from "./service-desk/queue.ts";
export { CAMPAIGN_STATUSES, CampaignState } from "./marketing/campaign.ts";
export { CampaignMemberState, MEMBER_STATUSES } from "./marketing/campaign-member.ts";
export {
  CONSENT_CHANNELS,
  CONSENT_STATES,
  ConsentState,
  SUPPRESSION_REASONS,
  SuppressionState,
} from "./marketing/consent.ts";
export { ApiKeyState } from "./identity/api-key.ts";
export { RoleState } from "./identity/role.ts";
export { TeamState } from "./identity/team.ts";
export { VocabularyState } from "./identity/vocabulary.ts";
