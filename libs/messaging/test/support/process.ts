/** A service in a process of its own. The test tells it what to be, and it ends with the test. */
import { createRequire } from "node:module";
import "reflect-metadata";
import { startBusService, type ServiceOptions } from "./service.ts";

/** What a defect of kafkajs, or of our own code inside of it, does: a TypeError where it fetches. */
function breakKafka(): void {
  const load = createRequire(import.meta.url);
  const { prototype } = load("kafkajs/src/consumer/consumerGroup.js") as { prototype: { fetch: () => Promise<never> } };
  prototype.fetch = () => Promise.reject(new TypeError("planted"));
}

process.on("disconnect", () => process.exit(0));
process.once("message", (options: ServiceOptions) => {
  if (options.breakKafka) breakKafka();
  void startBusService(options).then((service) => {
    process.on("SIGTERM", () => void service.close().then(() => process.exit(0)));
    process.send!("ready");
  });
});
