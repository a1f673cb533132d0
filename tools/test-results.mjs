// A reporter of Jest that appends the outcome of a run to the file that KEHU_TEST_RESULTS names; .ci/run adds them up.
import { appendFileSync } from "node:fs";

export default class TestResults {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults }) {
    const ofMessaging = testResults.filter(({ testFilePath }) => /libs[\\/]messaging[\\/]/.test(testFilePath));
    const onKafka = ofMessaging
      .flatMap((file) => file.testResults)
      .filter(({ status, fullName }) => status === "passed" && /kafka/i.test(fullName));
    const outcome = {
      passed: numPassedTests,
      // A file that does not load is a failure, though none of its tests ran.
      failed: numFailedTests + numRuntimeErrorTestSuites,
      kafka: onKafka.length,
    };
    appendFileSync(process.env.KEHU_TEST_RESULTS, `${JSON.stringify(outcome)}\n`);
  }
}
