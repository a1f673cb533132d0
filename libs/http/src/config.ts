/** A wrong or missing variable of the environment; its message names the variable, never the value. */
export class ConfigError extends Error {}

/** Exit code of a process that cannot run as it is configured (EX_CONFIG of sysexits.h). */
export const EXIT_CONFIG = 78;

/** Reads the variables of one process, each once, and says by name which are wrong; a value is never shown. */
export class Environment {
  constructor(private readonly variables: Readonly<Record<string, string | undefined>>) {}

  text(name: string, fallback?: string): string {
    const value = this.variables[name] || fallback;
    if (value === undefined) throw new ConfigError(`${name} is missing.`);
    return value;
  }

  oneOf(name: string, words: readonly string[], fallback: string): string {
    const value = this.text(name, fallback);
    if (!words.includes(value)) throw new ConfigError(`${name} must be one of ${words.join(", ")}.`);
    return value;
  }

  optional(name: string): string | null {
    return this.variables[name] || null;
  }

  integer(name: string, fallback: number, least: number, most: number): number {
    const text = this.variables[name];
    if (!text) return fallback;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (!(value >= least && value <= most))
      throw new ConfigError(`${name} must be a whole number from ${least} to ${most}.`);
    return value;
  }

  url(name: string, protocols: readonly string[]): string {
    const value = this.text(name);
    if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol)) {
      throw new ConfigError(
        `${name} must be an address that starts with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}.`,
      );
    }
    return value;
  }

  /** A secret of 32 characters or more that is no example's. */
  secret(name: string): string {
    const value = this.text(name);
    if (value.length < 32 || new Set(value).size < 8 || /change.?me|example|secret-secret|default/i.test(value)) {
      throw new ConfigError(`${name} must be a random secret of at least 32 characters.`);
    }
    return value;
  }

  list(name: string): string[] {
    return (this.variables[name] ?? "")
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
  }
}

/**
 * Parses the environment once, at start. A wrong or missing value ends the process with exit code 78 and a line that
 * names the variable.
 */
export function configure<C>(
  variables: Readonly<Record<string, string | undefined>>,
  parse: (environment: Environment) => C,
): C {
  try {
    return parse(new Environment(variables));
  } catch (error) {
    return endIfMisconfigured(error);
  }
}

/** Ends the process with exit code 78 for a ConfigError, and throws every other error again. */
export function endIfMisconfigured(error: unknown): never {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`Configuration: ${error.message}\n`);
  process.exit(EXIT_CONFIG);
}

/** The levels of pino. */
export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** What every service behind the gateway is told. */
export interface ServiceConfig {
  port: number;
  host: string;
  databaseUrl: string;
  /** Empty for the Postgres log. */
  kafkaBrokers: string[];
  internalSecret: string;
  cursorSecret: string;
  /** The master key, and one that is to follow or was before it; none where the service reads no personal data. */
  masterKeys: readonly string[];
  logLevel: string;
}

/**
 * The configuration of a service behind the gateway.
 *
 * @param reads whether it reads personal data, for which it needs the master key
 */
export function serviceConfig(
  variables: Readonly<Record<string, string | undefined>>,
  reads: "personal-data" | "no-personal-data",
): ServiceConfig {
  return configure(variables, (environment) => ({
    port: environment.integer("PORT", 0, 0, 65_535),
    host: environment.text("HOST", "127.0.0.1"),
    databaseUrl: environment.url("DATABASE_URL", ["postgres:", "postgresql:"]),
    kafkaBrokers: environment.list("KAFKA_BROKERS"),
    internalSecret: environment.secret("KEHU_INTERNAL_SECRET"),
    cursorSecret: environment.secret("KEHU_CURSOR_SECRET"),
    masterKeys: reads === "personal-data" ? masterKeys(environment) : [],
    logLevel: environment.oneOf("LOG_LEVEL", LOG_LEVELS, "info"),
  }));
}

/** The one that wraps keys of persons comes first. */
function masterKeys(environment: Environment): string[] {
  const other =
    environment.optional("KEHU_MASTER_KEY_OTHER") === null ? [] : [environment.secret("KEHU_MASTER_KEY_OTHER")];
  return [environment.secret("KEHU_MASTER_KEY"), ...other];
}
