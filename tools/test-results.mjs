// A reporter of Jest that appends the outcome of a run to the file that KEHU_TEST_RESULTS names; .ci/run adds them up.
import { appendFileSync } from "node:fs";

const KAFKA_SUITE = /libs[\\/]messaging[\\/]test[\\/]kafka\.e2e-spec\.ts$/;

export default class TestResults {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults }) {
    const onKafka = testResults.filter(({ testFilePath }) => KAFKA_SUITE.test(testFilePath));
    const outcome = {
      passed: numPassedTests,
      // A file that does not load is a failure, though none of its tests ran.
      failed: numFailedTests + numRuntimeErrorTestSuites,
      kafka: onKafka.reduce((sum, { numPassingTests }) => sum + numPassingTests, 0),
    };
    appendFileSync(process.env.KEHU_TEST_RESULTS, `${JSON.stringify(outcome)}\n`);
  }
}
