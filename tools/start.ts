/** `npm start`: runs Kehu, from an empty folder to "ready", and keeps it running until it is told to stop. */
import { mkdirSync } from "node:fs";
import { AlreadyRunning, StartLock } from "./start/lock.ts";
import { EX_CONFIG, pathsOf, readSettings, WrongSetting } from "./start/settings.ts";
import { System } from "./start/system.ts";

/** Resolves with the exit code when a signal comes, or the launcher is gone and can send none. */
function untilTold(): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve(0));
    const launcher = Number(process.env.KEHU_LAUNCHER);
    if (launcher !== process.ppid) return;
    setInterval(() => process.ppid !== launcher && resolve(0), 250).unref();
  });
}

async function main(): Promise<number> {
  const told = untilTold();
  const settings = readSettings(process.env, process.argv);
  mkdirSync(settings.dataDir, { recursive: true });
  const lock = new StartLock(pathsOf(settings.dataDir).lock, settings.dataDir);
  await lock.take();
  const failed = Promise.withResolvers<number>();
  const system = new System(settings, failed.resolve);
  const started = system.start().then(
    (message) => console.log(message),
    (error: unknown) => {
      const { name, message } = error as Error;
      if (name !== "AbortError") console.error(message);
      failed.resolve(1);
    },
  );
  const exitCode = await Promise.race([told, failed.promise]);
  console.log("Stopping ...");
  lock.announceStop();
  await system.stop();
  await started;
  lock.release();
  return exitCode;
}

// A terminal that was closed must not keep the rest from stopping.
process.stdout.on("error", () => undefined);
process.stderr.on("error", () => undefined);
try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof AlreadyRunning || error instanceof WrongSetting)) throw error;
  console.error(error.message);
  process.exitCode = error instanceof WrongSetting ? EX_CONFIG : 1;
}
