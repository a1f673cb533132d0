import { setTimeout as wait } from "node:timers/promises";
import { changeAccount, createAccounts, writeConcurrently } from "./support/accounts.ts";
import type { ServiceProcess } from "./support/child.ts";
import type { Step } from "./support/faults.ts";
import { patience, scaled, soon, type Stage } from "./support/stage.ts";

/** Nothing is lost, doubled or out of order when parts of the system are paused, killed or away. */
export function describeFaults(stage: () => Stage): void {
  it(
    "has one active relay among three, and loses no order when that one is paused and woken",
    async () => {
      await stage().start("sales");
      const relays = new Map<string, ServiceProcess>();
      for (const name of ["relay-1", "relay-2", "relay-3"]) {
        const options = stage().options("customer");
        relays.set(name, await stage().spawn({ ...options, url: `${options.url}?application_name=${name}` }));
      }
      const ids = await createAccounts(stage().publisher, 100);
      const writing = writeConcurrently(stage().publisher, ids, 40, scaled(100_000));
      const first = await soon(() => activeRelay(stage()));
      relays.get(first)!.signal("SIGSTOP");
      const second = await soon(async () => {
        const active = await activeRelay(stage());
        return active !== first && active;
      });
      expect(second).not.toBe(first);
      await writing;
      const more = writeConcurrently(stage().publisher, ids, 40, scaled(10_000));
      relays.get(first)!.signal("SIGCONT");
      await more;
      await stage().untilCopied();
      await stage().expectEachEffectOnce();
      await stage().expectOrderOnBus(1);
      expect(await activeRelay(stage())).toBe(second);
    },
    patience(600_000) * 2,
  );

  it.each<[Step, "customer" | "sales"]>([
    ["before-mark", "customer"],
    ["after-fetch", "sales"],
    ["before-commit", "sales"],
    ["before-position", "sales"],
  ])(
    "survives kill -9 %s of %s",
    async (dieAt, victim) => {
      const other = victim === "customer" ? "sales" : "customer";
      await stage().start(other);
      const ids = await createAccounts(stage().publisher, 20);
      const writing = writeConcurrently(stage().publisher, ids, 10, scaled(20_000));
      for (let kills = 0; kills < scaled(10); kills += 1) {
        const process = await stage().spawn({ ...stage().options(victim), dieAt, nth: 1 + (kills % 3) });
        // There is always something to do for it, or it would not come to the step.
        while ((await Promise.race([process.ended, wait(20, "alive" as const)])) === "alive") {
          await changeAccount(stage().publisher, ids[0]!);
        }
        expect(await process.ended).toBe("SIGKILL");
      }
      await writing;
      await stage().start(victim);
      await stage().untilCopied();
      await stage().expectEachEffectOnce();
      await stage().expectOrderOnBus(scaled(10));
    },
    patience(1_200_000) * 4,
  );

  it(
    "waits while the database is away, parks nothing, and goes on by itself",
    async () => {
      const services = [await stage().start("customer"), await stage().start("sales")];
      const ids = await createAccounts(stage().publisher, 50);
      for (let round = 0; round < scaled(30); round += 1) {
        // What fails here was refused to the caller; what did not must arrive.
        const writing = writeConcurrently(stage().publisher, ids, 10, scaled(10_000)).catch(() => undefined);
        await stage().postgres.kill();
        await writing;
        await stage().postgres.start();
      }
      await soon(() => changeAccount(stage().publisher, ids[0]!));
      await stage().untilLevel(...services);
      await stage().untilCopied();
      await stage().expectEachEffectOnce();
      expect(await stage().rows("SELECT 1 FROM sales.dead_letter")).toEqual([]);
    },
    patience(600_000) * 2,
  );
}

/** For a bus that can be away while the database is there. */
export function describeBrokerFaults(stage: () => Stage): void {
  it(
    "takes writes while the broker is away, and publishes them when it is back",
    async () => {
      const broker = stage().bus.broker!;
      const services = [await stage().start("customer"), await stage().start("sales")];
      const ids = await createAccounts(stage().publisher, 50);
      for (let round = 0; round < scaled(10); round += 1) {
        const before = writeConcurrently(stage().publisher, ids, 10, scaled(5_000));
        await broker.kill();
        await before;
        await writeConcurrently(stage().publisher, ids, 10, scaled(5_000));
        await broker.start();
      }
      await stage().untilLevel(...services);
      await stage().untilCopied();
      await stage().expectEachEffectOnce();
      await stage().expectOrderOnBus(4 * scaled(10));
    },
    patience(600_000) * 3,
  );
}

/** Name of the replica that holds the relay's lock. */
async function activeRelay(stage: Stage): Promise<string> {
  const rows = await stage.rows<{ name: string }>(
    `SELECT application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND granted AND application_name LIKE 'relay-%'`,
  );
  expect(rows).toHaveLength(1);
  return rows[0]!.name;
}
