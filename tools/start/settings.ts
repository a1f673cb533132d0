import { join, resolve } from "node:path";
import { PORTS, type PortRange } from "@kehu/database/embedded";

/** Exit code of a process whose configuration is wrong (EX_CONFIG of sysexits.h). */
export const EX_CONFIG = 78;

/** The root of the repository. */
export const ROOT = resolve(import.meta.dirname, "../..");

/** What a person decides about an install. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  /** Where everything but the gateway listens, on this machine alone. */
  readonly ports: PortRange;
  /** Absolute; holds secrets, keys, logs, run.json and, unless `databaseUrl` is set, the data. */
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly adminEmail: string | undefined;
  readonly adminPassword: string | undefined;
  /** Restarts services when a source changes, without a build. */
  readonly isDevelopment: boolean;
}

/** As many as to find free ones among them soon. */
const FEWEST_PORTS = 50;

/** Says what is wrong without showing the value. */
export class WrongSetting extends Error {
  constructor(variable: string, reason: string) {
    super(`${variable} ${reason}`);
  }
}

/** @throws WrongSetting */
export function readSettings(env: NodeJS.ProcessEnv, args: readonly string[]): Settings {
  const port = env.PORT ?? "3000";
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    throw new WrongSetting("PORT", "is not a port number");
  }
  const ports = readPorts(env.KEHU_PORTS || `${PORTS.from}-${PORTS.to}`);
  const databaseUrl = env.DATABASE_URL || undefined;
  if (databaseUrl !== undefined && !/^postgres(ql)?:$/.test(URL.parse(databaseUrl)?.protocol ?? "")) {
    throw new WrongSetting("DATABASE_URL", "is not an address that begins with postgresql://");
  }
  return {
    port: Number(port),
    host: env.HOST || "127.0.0.1",
    ports,
    dataDir: resolve(ROOT, env.KEHU_DATA_DIR || ".kehu"),
    databaseUrl,
    adminEmail: env.KEHU_ADMIN_EMAIL || undefined,
    adminPassword: env.KEHU_ADMIN_PASSWORD || undefined,
    isDevelopment: args.includes("--dev"),
  };
}

function readPorts(text: string): PortRange {
  const [from = 0, to = 0] = /^\d{1,5}-\d{1,5}$/.test(text) ? text.split("-").map(Number) : [];
  if (from < 1 || to > 65_535 || to - from + 1 < FEWEST_PORTS) {
    throw new WrongSetting("KEHU_PORTS", `is not a range of at least ${FEWEST_PORTS} ports, such as 20000-20999`);
  }
  return { from, to };
}

/** Where the parts of an install stand in its data folder. */
export function pathsOf(dataDir: string) {
  return {
    lock: join(dataDir, "start.json"),
    run: join(dataDir, "run.json"),
    secrets: join(dataDir, "secrets.json"),
    keys: join(dataDir, "keys"),
    audit: join(dataDir, "audit"),
    logs: join(dataDir, "logs"),
    postgres: join(dataDir, "postgres"),
  };
}
