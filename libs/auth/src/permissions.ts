/** Every permission of Kehu, written out, so that one search finds declaration, grant and test. */
export const PERMISSIONS = [
  "customer.account.read",
  "customer.account.write",
  "customer.account.delete",
  "customer.account.export",
  "customer.account.import",
  "customer.contact.read",
  "customer.contact.write",
  "customer.contact.delete",
  "customer.contact.export",
  "customer.contact.import",
  "customer.contact.erase",
  "customer.contact.reveal",
  "customer.interaction.read",
  "customer.interaction.write",
  "customer.interaction.delete",
  "customer.interaction.export",
  "customer.interaction.import",
  "customer.task.read",
  "customer.task.write",
  "customer.task.delete",
  "customer.task.export",
  "customer.task.import",
  "customer.field.read",
  "customer.field.write",
  "customer.view.share",
  "sales.lead.read",
  "sales.lead.write",
  "sales.lead.delete",
  "sales.lead.export",
  "sales.lead.import",
  "sales.lead.convert",
  "sales.lead.erase",
  "sales.lead.reveal",
  "sales.pipeline.read",
  "sales.pipeline.write",
  "sales.pipeline.delete",
  "sales.pipeline.import",
  "sales.opportunity.read",
  "sales.opportunity.write",
  "sales.opportunity.delete",
  "sales.opportunity.export",
  "sales.opportunity.import",
  "sales.opportunity.reopen",
  "sales.field.read",
  "sales.field.write",
  "sales.view.share",
  "service-desk.ticket.read",
  "service-desk.ticket.write",
  "service-desk.ticket.delete",
  "service-desk.ticket.export",
  "service-desk.ticket.import",
  "service-desk.queue.read",
  "service-desk.queue.write",
  "service-desk.queue.delete",
  "service-desk.queue.import",
  "service-desk.field.read",
  "service-desk.field.write",
  "service-desk.view.share",
  "marketing.campaign.read",
  "marketing.campaign.write",
  "marketing.campaign.delete",
  "marketing.campaign.export",
  "marketing.campaign.import",
  "marketing.campaign-member.read",
  "marketing.campaign-member.write",
  "marketing.campaign-member.delete",
  "marketing.campaign-member.export",
  "marketing.campaign-member.import",
  "marketing.consent.read",
  "marketing.consent.write",
  "marketing.consent.import",
  "marketing.suppression.read",
  "marketing.suppression.write",
  "marketing.suppression.import",
  "marketing.field.read",
  "marketing.field.write",
  "marketing.view.share",
  "analytics.metric.read",
  "identity.user.read",
  "identity.user.write",
  "identity.user.delete",
  "identity.user.import",
  "identity.user.handover",
  "identity.team.read",
  "identity.team.write",
  "identity.team.delete",
  "identity.role.read",
  "identity.role.write",
  "identity.role.delete",
  "identity.api-key.read",
  "identity.api-key.write",
  "identity.settings.read",
  "identity.settings.write",
  "identity.configuration.read",
  "identity.configuration.write",
  "identity.vocabulary.read",
  "identity.vocabulary.write",
  "identity.vocabulary.delete",
  "identity.audit.read",
  "identity.audit.export",
  "operations.bus.read",
  "operations.bus.repair",
  "operations.personal-data.manage",
  "operations.personal-data.export",
] as const;

export type Permission = (typeof PERMISSIONS)[number];

/** What no role grants, as everybody has it: he keeps views of lists, and sees those that others show him. */
const UNGRANTED = ["customer.view.use", "sales.view.use", "service-desk.view.use", "marketing.view.use"] as const;

export type UngrantedPermission = (typeof UNGRANTED)[number];

/** Of these nobody owns anything: the company's configuration, and the ledgers that everybody heeds. */
const OWNERLESS = [
  "customer.field.",
  "customer.view.",
  "sales.field.",
  "sales.view.",
  "service-desk.field.",
  "service-desk.view.",
  "marketing.field.",
  "marketing.view.",
  "identity.",
  "operations.",
  "sales.pipeline.",
  "service-desk.queue.",
  "marketing.consent.",
  "marketing.suppression.",
];

/** What belongs to one person and is nobody else's business: neither his team's, nor shared. */
const PRIVATE = ["identity.api-key."];

/** @returns true for a permission over what its owner shows to others by its `visibility` */
export function isShownByOwner(permission: string): boolean {
  return UNGRANTED.some((one) => one === permission);
}

/** @returns true for a permission over what only its owner reaches, or who reaches everything */
export function isPrivate(permission: string): boolean {
  return PRIVATE.some((start) => permission.startsWith(start));
}

/** @returns true for a permission over what has no owner, so that nothing is one's own or one's team's */
export function isOwnerless(permission: string): boolean {
  return OWNERLESS.some((start) => permission.startsWith(start));
}
