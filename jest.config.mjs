import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const { jsc } = JSON.parse(readFileSync(new URL("./.swcrc", import.meta.url), "utf8"));
// Jest resolves `.ts` specifiers itself, so here they stay as they are.
delete jsc.rewriteRelativeImportExtensions;

/** A real Kafka: one that runs, or what starts one (libs/testing/src/kafka). Where there is none its cases do not exist. */
const answers = (...command) => spawnSync(command[0], command.slice(1), { stdio: "ignore" }).status === 0;
const hasKafka =
  Boolean(process.env.KAFKA_BROKERS) ||
  answers("docker", "info") ||
  (answers("java", "-version") && answers("mvn", "--version"));
if (!hasKafka)
  console.error("NOT RUN: the tests on Kafka. Set KAFKA_BROKERS, or install Docker, or Java 17 and Maven.");

export default {
  roots: ["<rootDir>/apps", "<rootDir>/libs", "<rootDir>/tools"],
  testMatch: ["**/*.spec.ts", "**/*.e2e-spec.ts"],
  testPathIgnorePatterns: [
    "/node_modules/",
    "/dist/",
    "/test/faults/",
    ...(hasKafka ? [] : ["/kafka\\.e2e-spec\\.ts$"]),
  ],
  modulePathIgnorePatterns: ["/dist/"],
  testEnvironment: "node",
  testEnvironmentOptions: { customExportConditions: ["source", "node", "node-addons"] },
  extensionsToTreatAsEsm: [".ts"],
  transform: { "\\.ts$": ["@swc/jest", { swcrc: false, sourceMaps: "inline", module: { type: "es6" }, jsc }] },
  setupFiles: ["reflect-metadata"],
  globalSetup: "<rootDir>/tools/jest-setup.mjs",
  globalTeardown: "<rootDir>/tools/jest-teardown.mjs",
  reporters: ["default", ...(process.env.KEHU_TEST_RESULTS ? ["<rootDir>/tools/test-results.mjs"] : [])],
  // More than there are cores, as much of the time is waiting: for limits of time, and for members of groups to be missed.
  maxWorkers: 3,
  // Each file leaves some 30 MB behind in its worker.
  workerIdleMemoryLimit: "1500MB",
  // Something left open shows itself on a desk; it must not keep the guard of main from its answer.
  forceExit: Boolean(process.env.CI),
  testTimeout: 30_000,
  coverageProvider: "v8",
  collectCoverageFrom: ["apps/*/src/**/*.ts", "libs/*/src/**/*.ts", "!**/*.spec.ts", "!**/main.ts"],
};
