import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { applicationUrl, type ServiceDescription } from "@kehu/database";
import type { Secrets } from "./secrets.ts";
import type { Launch } from "./service.ts";
import { pathsOf, ROOT, type Settings } from "./settings.ts";

/** What every process of one run is told. */
export interface Run {
  readonly settings: Settings;
  readonly secrets: Secrets;
  /** URL of a role that owns the database; services get their own instead. */
  readonly adminUrl: string;
  /** Name of a process -> its port. */
  readonly ports: ReadonlyMap<string, number>;
}

/** Marks the processes of an install in the system's list, for people and for the next start. */
export function marker(dataDir: string): string[] {
  return ["--install", dataDir];
}

/**
 * With a much smaller young generation a busy service spends a tenth of its time collecting garbage. Kinds of objects that
 * lived long during a bulk write V8 would from then on make in the old generation at once, where they keep alive what they
 * refer to after their end: reading would cost a third more until the process ends. After eight idle seconds the memory
 * reducer would throw away what V8 has compiled for objects that nobody holds just then: the next requests would take half
 * as long again, for thousands of requests. Source maps would take 6 MB a process. What is not needed any more fills the old
 * generation until V8 feels like collecting it, at 250 MB and more on a machine with much memory: the limit makes it collect
 * earlier. What a process does need is some 60 MB.
 */
export const NODE_FLAGS = [
  "--max-semi-space-size=8",
  "--no-allocation-site-pretenuring",
  "--no-memory-reducer",
  "--max-old-space-size=144",
];

/**
 * With an arena of glibc for each thread more memory that is free stays with a busy process. So it does where large pieces
 * (of files) come from them: glibc would raise its limit for what is given back at once with the first such piece.
 */
const ALLOCATOR = {
  MALLOC_ARENA_MAX: process.env.MALLOC_ARENA_MAX ?? "2",
  MALLOC_MMAP_THRESHOLD_: process.env.MALLOC_MMAP_THRESHOLD_ ?? "131072",
  MALLOC_TRIM_THRESHOLD_: process.env.MALLOC_TRIM_THRESHOLD_ ?? "131072",
};

/** How the process of a service is started. */
export function launchOf(service: ServiceDescription, run: Run): Launch {
  const folder = join(ROOT, "apps", service.folder);
  const { isDevelopment, dataDir } = run.settings;
  const hook = pathToFileURL(join(ROOT, "tools/swc-hook.mjs")).href;
  const program = isDevelopment
    ? ["--watch", "--watch-preserve-output", "--conditions=source", "--import", hook, join(folder, "src/main.ts")]
    : [join(folder, "dist/main.js")];
  const port = run.ports.get(service.name) ?? 0;
  return {
    name: service.name,
    port,
    args: [...NODE_FLAGS, ...program, ...marker(dataDir)],
    cwd: folder,
    env: {
      ...inherited(),
      ...common(service, run),
      ...(service.name === "gateway" ? gateway(run) : inner(service, run)),
    },
  };
}

/** What a person set goes on to the services, but nothing that is ours to decide, and no password. */
function inherited(): NodeJS.ProcessEnv {
  const own = /^(PORT|HOST|DATABASE_URL|KEHU_(ADMIN_.*|SMTP_URL|DATA_DIR|LAUNCHER|PORTS)|npm_.*|INIT_CWD)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

function common(service: ServiceDescription, { adminUrl, secrets, ports }: Run): NodeJS.ProcessEnv {
  return {
    NODE_ENV: process.env.NODE_ENV ?? "production",
    ...ALLOCATOR,
    PORT: String(ports.get(service.name)),
    DATABASE_URL: applicationUrl(adminUrl, service.schema, secrets.database[service.schema] ?? ""),
    KEHU_CURSOR_SECRET: secrets.cursor,
  };
}

function inner(service: ServiceDescription, { secrets }: Run): NodeJS.ProcessEnv {
  return {
    HOST: "127.0.0.1",
    KEHU_INTERNAL_SECRET: secrets.internal[service.name],
    ...(service.name !== "analytics" && { KEHU_MASTER_KEY: secrets.master }),
  };
}

function gateway({ settings, secrets, ports }: Run): NodeJS.ProcessEnv {
  const others = [...ports.keys()].filter((name) => name !== "gateway");
  return {
    HOST: settings.host,
    KEHU_SERVICES: others.map((name) => `${name}=http://127.0.0.1:${ports.get(name)}`).join(","),
    KEHU_INTERNAL_SECRETS: others.map((name) => `${name}=${secrets.internal[name]}`).join(","),
    KEHU_KEYS_DIR: pathsOf(settings.dataDir).keys,
    KEHU_AUDIT_DIR: pathsOf(settings.dataDir).audit,
    ...(process.env.KEHU_SMTP_URL !== undefined && { KEHU_SMTP_URL: process.env.KEHU_SMTP_URL }),
    KEHU_PUBLIC_URL: process.env.KEHU_PUBLIC_URL ?? `http://localhost:${settings.port}`,
    ...administrator(settings, secrets),
  };
}

/** Only while there may be none: the password of this environment is for the first administrator alone. */
function administrator({ adminEmail, adminPassword }: Settings, { administrator: first }: Secrets): NodeJS.ProcessEnv {
  const password = adminPassword ?? first.password;
  return password === undefined ? {} : { KEHU_ADMIN_EMAIL: adminEmail ?? first.email, KEHU_ADMIN_PASSWORD: password };
}
