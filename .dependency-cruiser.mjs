import { globSync, readFileSync } from "node:fs";

/** The projects of the workspace with the Nx tags of their package.json. */
const projects = globSync("{apps,libs}/*/package.json").map((file) => {
  const path = file.replaceAll("\\", "/").replace(/\/package\.json$/, "");
  const tags = JSON.parse(readFileSync(file, "utf8")).nx?.tags ?? [];
  const valueOf = (key) => tags.find((tag) => tag.startsWith(`${key}:`))?.slice(key.length + 1);
  return { path, type: valueOf("type"), scope: valueOf("scope") };
});

const pathsOf = (some) => some.map(({ path }) => `^${path}/`);

/** A project may use libs only, and of these the ones of its own scope and the shared ones. */
const tagRules = projects.map(({ path, scope }) => ({
  name: "nx-tags",
  comment: "type:svc and type:lib may use type:lib; scope:x only itself and scope:shared.",
  severity: "error",
  from: { path: `^${path}/` },
  to: {
    path: pathsOf(
      projects.filter((to) => to.path !== path && (to.type !== "lib" || ![scope, "shared"].includes(to.scope))),
    ),
  },
}));

const SLICE = "^apps/([^/]+)/src/([^/]+)/";
const TEST = String.raw`\.(e2e-)?spec\.ts$`;

export default {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Files that import each other cannot be understood or tested one by one.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolved",
      comment: "The import leads nowhere.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "apps-stand-alone",
      comment: "No service imports another: they meet on the bus.",
      severity: "error",
      from: { path: "^apps/([^/]+)/" },
      to: { path: "^apps/", pathNot: "^apps/$1/" },
    },
    {
      name: "libs-below-apps",
      comment: "Libraries know no service and no tool; services know no tool.",
      severity: "error",
      from: { path: "^(apps|libs)/", pathNot: TEST },
      to: { path: "^tools/" },
    },
    {
      name: "slices-meet-at-services",
      comment:
        "A slice's entity, queries, controller, DTOs and consumer are its own; others use its service or module.",
      severity: "error",
      from: { path: SLICE },
      to: {
        path: String.raw`^apps/([^/]+)/src/([^/]+)/.*\.(controller|entity|queries|dto|consumer)\.ts$`,
        pathNot: "^apps/$1/src/$2/",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "rules-stand-alone",
      comment: "Entities and rule files (no suffix) decide; they know no service, controller or module.",
      severity: "error",
      from: { path: [String.raw`\.entity\.ts$`, String.raw`^apps/[^/]+/src/[^/]+/[^/.]+\.ts$`] },
      to: { path: String.raw`\.(service|controller|module)\.ts$` },
    },
    {
      name: "kafkajs-in-messaging",
      comment: "kafkajs stays behind transport.ts, so that replacing it touches one file; a test plays an outsider.",
      severity: "error",
      from: { pathNot: ["^libs/messaging/", String.raw`^tools/test/faults/support/outsider\.ts$`] },
      to: { path: "(^|/)node_modules/kafkajs/" },
    },
    {
      name: "pg-in-database",
      comment: "All SQL of a service runs through libs/database.",
      severity: "error",
      from: { pathNot: "^(libs/(database|messaging|testing)|tools)/" },
      to: { path: "(^|/)node_modules/(@types/)?pg/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "contracts-stand-alone",
      comment: "Contracts depend on the schema library only, so that anybody can use them.",
      severity: "error",
      from: { path: "^libs/contracts/", pathNot: TEST },
      to: { pathNot: ["^libs/contracts/", "(^|/)node_modules/typebox/"] },
    },
    {
      name: "no-dev-dependencies",
      comment: "What runs in production stands in `dependencies`.",
      severity: "error",
      from: { path: "^(apps|libs)/[^/]+/src/", pathNot: [TEST, "^libs/testing/"] },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["npm", "type-only"] },
    },
    ...tagRules,
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)dist/" },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["source", "import", "node", "default"],
      extensions: [".ts", ".js", ".mjs", ".json"],
    },
  },
};
