import config from "./jest.config.mjs";

/** `npm run test:faults`: the specs in folders `test/faults`, which kill and pause what `npm test` leaves alone. */
export default {
  ...config,
  testMatch: ["**/test/faults/**/*.e2e-spec.ts"],
  testPathIgnorePatterns: ["/node_modules/", "/dist/"],
  testTimeout: 600_000,
};
