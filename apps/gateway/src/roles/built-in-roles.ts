import { PERMISSIONS, type Permission, type Scope } from "@kehu/auth";
import type { Grants } from "../access/session-states.ts";

export interface BuiltInRole {
  id: string;
  key: string;
  name: string;
  grants: Grants;
}

const COLLEAGUES: readonly Permission[] = [
  "identity.user.read",
  "identity.team.read",
  "identity.role.read",
  "identity.settings.read",
  "identity.vocabulary.read",
];
const OWN_CUSTOMERS: readonly Permission[] = [
  "customer.account.read",
  "customer.account.write",
  "customer.account.delete",
  "customer.account.export",
  "customer.contact.read",
  "customer.contact.write",
  "customer.contact.delete",
  "customer.contact.export",
];
const OWN_WORK: readonly Permission[] = [
  "customer.interaction.read",
  "customer.interaction.write",
  "customer.interaction.delete",
  "customer.task.read",
  "customer.task.write",
  "customer.task.delete",
];
const OWN_SALES: readonly Permission[] = [
  "sales.lead.read",
  "sales.lead.write",
  "sales.lead.delete",
  "sales.lead.export",
  "sales.lead.convert",
  "sales.opportunity.read",
  "sales.opportunity.write",
  "sales.opportunity.delete",
  "sales.opportunity.export",
  "sales.opportunity.reopen",
];
/** What only the person at the top of the system does. */
const ADMINISTRATION: readonly Permission[] = [
  "identity.user.write",
  "identity.user.delete",
  "identity.user.import",
  "identity.user.handover",
  "identity.team.write",
  "identity.team.delete",
  "identity.role.write",
  "identity.role.delete",
  "identity.api-key.read",
  "identity.api-key.write",
  "identity.settings.write",
  "identity.configuration.read",
  "identity.configuration.write",
  "identity.vocabulary.write",
  "identity.vocabulary.delete",
  "customer.contact.erase",
  "sales.lead.erase",
  "identity.audit.read",
  "identity.audit.export",
  "customer.field.write",
  "sales.field.write",
  "service-desk.field.write",
  "marketing.field.write",
  "operations.bus.read",
  "operations.bus.repair",
  "operations.personal-data.manage",
  "operations.personal-data.export",
];

const give = (scope: Scope, ...lists: (readonly Permission[])[]): Grants =>
  Object.fromEntries(lists.flat().map((name) => [name, scope]));
const without = (...left: (readonly Permission[])[]) => PERMISSIONS.filter((name) => !left.flat().includes(name));
const ofArea = (area: string) => PERMISSIONS.filter((name) => name.startsWith(`${area}.`));
const READING = without(ADMINISTRATION).filter((name) => name.endsWith(".read"));

/** The roles that every install has; at each start they are brought to this state. */
export const BUILT_IN_ROLES: readonly BuiltInRole[] = [
  {
    id: "01980000-0000-7000-8000-000000000001",
    key: "administrator",
    name: "Administrator",
    grants: give("all", PERMISSIONS),
  },
  {
    id: "01980000-0000-7000-8000-000000000002",
    key: "manager",
    name: "Manager",
    grants: give("all", without(ADMINISTRATION)),
  },
  {
    id: "01980000-0000-7000-8000-000000000003",
    key: "sales",
    name: "Sales",
    grants: {
      ...give("own", OWN_CUSTOMERS, OWN_WORK, OWN_SALES),
      ...give("all", COLLEAGUES, ["sales.pipeline.read", "marketing.campaign.read", "analytics.metric.read"]),
    },
  },
  {
    id: "01980000-0000-7000-8000-000000000004",
    key: "service",
    name: "Service",
    grants: {
      ...give("own", OWN_WORK),
      ...give("all", COLLEAGUES, [
        "customer.account.read",
        "customer.contact.read",
        "customer.contact.write",
        "service-desk.ticket.read",
        "service-desk.ticket.write",
        "service-desk.ticket.export",
        "service-desk.queue.read",
        "analytics.metric.read",
      ]),
    },
  },
  {
    id: "01980000-0000-7000-8000-000000000005",
    key: "marketing",
    name: "Marketing",
    grants: {
      ...give("own", OWN_WORK),
      ...give(
        "all",
        COLLEAGUES,
        ofArea("marketing").filter((name) => !ADMINISTRATION.includes(name)),
        [
          "customer.account.read",
          "customer.contact.read",
          "sales.lead.read",
          "sales.lead.write",
          "analytics.metric.read",
        ],
      ),
    },
  },
  {
    id: "01980000-0000-7000-8000-000000000006",
    key: "integration",
    name: "Integration",
    grants: give("all", without(ADMINISTRATION), ["identity.user.import", "operations.bus.read"]),
  },
  {
    id: "01980000-0000-7000-8000-000000000007",
    key: "read-only",
    name: "Read-only",
    grants: give("all", READING),
  },
];

export const ADMINISTRATOR_ROLE = "01980000-0000-7000-8000-000000000001";
