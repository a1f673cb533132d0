/** A mistake that the product must not make, and the test that has to notice. */
export interface Fault {
  /** The patch that makes it: `tools/planted-faults/<name>.patch`. */
  name: string;
  /** The test file that turns red, and a part of the titles of the tests that do. */
  spec: string;
  title: string;
}

const SCOPES = "apps/customer-svc/test/scopes.e2e-spec.ts";
const RELATED = "apps/customer-svc/test/related-filters.e2e-spec.ts";
const FIELD_RULES = "apps/customer-svc/test/field-rules.e2e-spec.ts";
const SHARING = "apps/customer-svc/test/sharing.e2e-spec.ts";
const GATEWAY = "apps/gateway/test";

export const FAULTS: readonly Fault[] = [
  { name: "scope-missing-in-get", spec: SCOPES, title: "reads and changes what is of" },
  { name: "scope-inside-an-or", spec: SCOPES, title: "lists, counts and finds what is of" },
  { name: "scope-missing-in-count", spec: SCOPES, title: "lists, counts and finds what is of" },
  { name: "scope-missing-in-history", spec: SCOPES, title: "reads and changes what is of" },
  { name: "scope-missing-beside-references", spec: SCOPES, title: "a name beside a reference" },
  { name: "absence-that-tells", spec: SCOPES, title: "reads and changes what is of" },
  { name: "written-as-far-as-read", spec: SCOPES, title: "what may be read may not be written" },
  { name: "refused-after-the-write", spec: SCOPES, title: "what may be read may not be written" },
  { name: "scope-missing-in-bulk", spec: SCOPES, title: "by bulk requests" },
  { name: "scope-of-whoever-came-first", spec: SCOPES, title: "reads and changes what is of" },
  {
    name: "scope-missing-in-timelines",
    spec: "apps/customer-svc/test/timelines.e2e-spec.ts",
    title: "shows each kind within the scope of its own permission",
  },
  {
    name: "scope-missing-in-aggregates",
    spec: "apps/sales-svc/test/opportunity-aggregates.e2e-spec.ts",
    title: "counts within the caller's reach only",
  },
  {
    name: "scope-missing-in-metrics",
    spec: "apps/analytics-svc/test/metrics.e2e-spec.ts",
    title: "counts only what the caller may see now",
  },
  { name: "scope-missing-in-changes", spec: `${GATEWAY}/changes-reach.e2e-spec.ts`, title: "A06 tells the old owner" },
  {
    name: "scope-missing-in-exports",
    spec: "apps/customer-svc/test/exports.e2e-spec.ts",
    title: "A33 is what both scopes allow",
  },
  {
    name: "scope-missing-in-related-conditions",
    spec: RELATED,
    title: "A07 tells nothing of a record that is out of the caller's reach",
  },
  {
    name: "hidden-field-of-a-related-record",
    spec: RELATED,
    title: "A08 does not know what is hidden from the caller",
  },
  {
    name: "cursor-of-anybody",
    spec: "apps/customer-svc/test/accounts.e2e-spec.ts",
    title: "refuses a cursor of another caller",
  },
  {
    name: "unknown-fields-taken",
    spec: "apps/customer-svc/test/abuse.e2e-spec.ts",
    title: "A09 mass assignment",
  },
  {
    name: "internal-audience-unchecked",
    spec: "libs/auth/src/internal-auth.guard.spec.ts",
    title: "a token for another service",
  },
  { name: "internal-algorithm-unpinned", spec: "libs/auth/src/internal-auth.guard.spec.ts", title: "HS512" },
  { name: "refresh-token-reused", spec: `${GATEWAY}/sessions.e2e-spec.ts`, title: "A18" },
  { name: "grants-beyond-own", spec: `${GATEWAY}/roles.e2e-spec.ts`, title: "by making or changing a role" },
  {
    name: "suspended-user-goes-on",
    spec: `${GATEWAY}/session-changes.e2e-spec.ts`,
    title: "A17 a token of a user: suspend",
  },
  {
    name: "last-administrator-goes",
    spec: `${GATEWAY}/users.e2e-spec.ts`,
    title: "A21 keeps the last active administrator",
  },
  { name: "hidden-field-sortable", spec: FIELD_RULES, title: "A08 is no oracle: GET" },
  {
    name: "hidden-field-searched",
    spec: "apps/customer-svc/test/account-keywords.e2e-spec.ts",
    title: "A08 finds nothing by what is hidden",
  },
  { name: "read-only-field-set", spec: FIELD_RULES, title: "cannot be set, alone or in bulk" },
  { name: "sharing-lets-delete", spec: SHARING, title: "delete, hand over or share on what is only shared" },
  { name: "owner-rights-by-sharing", spec: SHARING, title: "delete, hand over or share on what is only shared" },
  { name: "denied-without-audit", spec: `${GATEWAY}/audit-refusals.e2e-spec.ts`, title: "makes exactly one entry" },
  { name: "key-not-narrowed", spec: `${GATEWAY}/api-keys.e2e-spec.ts`, title: "as far as its owner may do it now" },
  {
    name: "key-outlives-the-role",
    spec: `${GATEWAY}/api-keys.e2e-spec.ts`,
    title: "as far as its owner may do it now",
  },
  {
    name: "key-sees-what-is-encrypted",
    spec: "apps/customer-svc/test/reveals.e2e-spec.ts",
    title: "A06 is in no ordinary answer",
  },
  {
    name: "revealed-as-far-as-read",
    spec: "apps/customer-svc/test/reveals.e2e-spec.ts",
    title: "403 beyond the scope of the permission",
  },
  {
    name: "blind-index-without-key",
    spec: "libs/personal-data/src/cipher.spec.ts",
    title: "gives equal values equal tokens, and others others",
  },
  { name: "identity-header-passed-on", spec: `${GATEWAY}/edge-paths.e2e-spec.ts`, title: "A12" },
];
