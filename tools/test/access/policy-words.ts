const AREAS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ["accounts", "contacts", "interactions", "tasks"].map((name) => [name, `customer.${name.slice(0, -1)}`]),
  ),
  ...Object.fromEntries(
    ["campaigns", "campaign-members", "consents", "suppressions"].map((name) => [
      name,
      `marketing.${name.slice(0, -1)}`,
    ]),
  ),
  leads: "sales.lead",
  opportunities: "sales.opportunity",
  pipelines: "sales.pipeline",
  tickets: "service-desk.ticket",
  queues: "service-desk.queue",
  users: "identity.user",
  teams: "identity.team",
  roles: "identity.role",
  settings: "identity.settings",
  configuration: "identity.configuration",
  vocabularies: "identity.vocabulary",
  metrics: "analytics.metric",
  freshness: "operations.bus",
  operations: "operations.bus",
  "audit-entries": "identity.audit",
  "api-keys": "api-key",
  me: "oneself",
  sync: "what one may read",
  changes: "what one may read",
  search: "oneself",
};

/** The concept that a request is about, and what it does with it. */
export function wordsOf(method: string, path: string): [concept: string, verb: string] {
  const [area = "", ...rest] = path.replace("/v1/", "").split("/");
  const last = rest.at(-1) ?? "";
  const concept = last === "logout" ? "oneself" : (AREAS[area] ?? "everybody");
  // What fields there are is told to who reads the records; the fields of the company are arranged by few.
  if (rest[0] === "fields" && (rest.length > 1 || method !== "GET"))
    return [`${concept.split(".")[0]}.field`, method === "GET" ? "read" : "write"];
  if (rest[0] === "exports") return [concept, "export"];
  if (/\/(person-keys\/rewrap|erasures|retention|purge)$/.test(path)) return ["operations.personal-data", "manage"];
  if (last === "subject-export") return ["operations.personal-data", "export"];
  if (concept === "operations.bus") return [concept, method === "GET" ? "read" : "repair"];
  // Who sees where somebody is signed in could watch him.
  if (area === "users" && last === "sessions") return [concept, "write"];
  if (area === "users" && /\/handovers?(\/|$)/.test(path)) return [concept, "handover"];
  // Whoever reads the records saves views of their list, and keeps some at hand.
  if (rest[0] === "views" || last === "pin") return [concept, "read"];
  if (rest[0] === "imports") return [concept, "import"];
  if (["convert", "import", "export", "erase", "reveal"].includes(last)) return [concept, last];
  if (concept === "sales.opportunity" && last === "reopen") return [concept, last];
  if (rest.includes("collaborators")) return [concept, "write"];
  if (method === "DELETE" || last === "restore") return [concept, "delete"];
  return [concept, method === "GET" || ["search", "compare"].includes(last) ? "read" : "write"];
}

/** What a metric counts, by its name. */
export function countedBy(metric: string): string {
  if (/^(won|lost|win|open-pipeline|weighted-pipeline|sales-cycle)-/.test(metric)) return "sales.opportunity";
  const [name = ""] =
    /^(campaign-member|lead|account|contact|interaction|task|ticket|campaign)(?=-)/.exec(metric) ?? [];
  return AREAS[`${name}s`] ?? "unknown";
}
