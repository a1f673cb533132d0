/** A service in a process of its own. The test tells it what to be, and it ends with the test. */
import "reflect-metadata";
import { startBusService, type ServiceOptions } from "./service.ts";

process.on("disconnect", () => process.exit(0));
process.once("message", (options: ServiceOptions) => {
  void startBusService(options).then((service) => {
    process.on("SIGTERM", () => void service.close().then(() => process.exit(0)));
    process.send!("ready");
  });
});
