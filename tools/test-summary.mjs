// Adds up what tools/test-results.mjs wrote, for .ci/run: test-summary.mjs <file> <exit code of the runs> <seconds>.
// The last line is `N passed, N failed`; the exit code is 0 only when everything ran and passed. For any Node from 18.
import { readFileSync } from "node:fs";

const [file, exitCode, seconds] = process.argv.slice(2);
const runs = readFileSync(file, "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line));
const sum = (key) => runs.reduce((total, run) => total + run[key], 0);

let failed = sum("failed");
if (runs.length > 0 && sum("kafka") === 0) {
  console.log("FAILED: no test ran against Kafka; here it must (Java 17 and Maven, Docker, or KAFKA_BROKERS).");
  failed += 1;
}
// The checks failed, or a run ended before it could report.
if (exitCode !== "0" && failed === 0) failed = 1;

console.log(`Total time: ${Math.floor(seconds / 60)} min ${seconds % 60} s`);
console.log(`${sum("passed")} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
