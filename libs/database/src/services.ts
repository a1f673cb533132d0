/** One process of Kehu and the schema that is its own. */
export interface ServiceDescription {
  /** Name of the process, as in run.json. */
  readonly name: string;
  /** Folder under apps/. */
  readonly folder: string;
  /** Schema in Postgres. */
  readonly schema: string;
}

/** Every process of Kehu. The gateway stands first: it is the one that people reach, and the first to stop. */
export const SERVICES: readonly ServiceDescription[] = [
  { name: "gateway", folder: "gateway", schema: "identity" },
  { name: "customer", folder: "customer-svc", schema: "customer" },
  { name: "sales", folder: "sales-svc", schema: "sales" },
  { name: "service-desk", folder: "service-desk-svc", schema: "service_desk" },
  { name: "marketing", folder: "marketing-svc", schema: "marketing" },
  { name: "analytics", folder: "analytics-svc", schema: "analytics" },
];

/** The schema of the Postgres log, which all services share. */
export const BUS_SCHEMA = "bus";
