/** Stops what tools/jest-setup.mjs started. */
export default async function tearDown() {
  await globalThis.stopTestCluster?.();
}
