import { ConfigError, LOG_LEVELS, type Environment } from "@kehu/http";
import { linkTemplate, mailConfig, type MailConfig } from "./mail/mail-config.ts";
import { createSecretKey, type KeyObject } from "node:crypto";

/** One service behind the gateway. */
export interface Upstream {
  /** Name and audience (`customer`). */
  name: string;
  origin: string;
  /** The secret that gateway and this service share. */
  key: KeyObject;
}

/** Everything that the environment decides. */
export class Config {
  readonly port: number;
  readonly host: string;
  readonly logLevel: string;
  readonly databaseUrl: string;
  readonly kafkaBrokers: string[];
  readonly cursorSecret: string;
  readonly upstreams: Upstream[];
  readonly keysDir: string;
  /** Holds the signed heads of the audit trail and, in `keys`, what signs them. */
  readonly auditDir: string;
  readonly adminEmail: string | null;
  readonly adminPassword: string | null;
  /** Base of links, without a slash at the end. */
  readonly publicUrl: string;
  /** Whether people reach it by https only. */
  readonly isSecure: boolean;
  /** Pages behind the links of invitations and of new passwords, with `{token}` in them. */
  readonly invitationLink: string;
  readonly passwordResetLink: string;
  /** Null: no mail is sent, and links stand in replies. */
  readonly mail: MailConfig | null;
  /** Units of cost per minute of one user, one API key, one address where no user is known, and one address in whole. */
  readonly userLimit: number;
  readonly apiKeyLimit: number;
  readonly addressLimit: number;
  readonly addressTotalLimit: number;
  /** Requests that are worked on at once: in whole, by one service, for one caller. */
  readonly inFlight: number;
  readonly inFlightPerService: number;
  readonly inFlightPerCaller: number;
  /** How long a client may be slow, whatever it is slow with. */
  readonly clientPatienceMs: number;
  /** Days for which changes are kept for those who follow them. */
  readonly changesDays: number;
  /** Streams of changes that are open at once: in whole, of one caller. */
  readonly streams: number;
  readonly streamsPerCaller: number;
  readonly corsOrigins: string[];
  /** Addresses and CIDR ranges of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: string[];

  constructor(environment: Environment) {
    this.port = environment.integer("PORT", 3000, 0, 65_535);
    this.host = environment.text("HOST", "127.0.0.1");
    this.logLevel = environment.oneOf("LOG_LEVEL", LOG_LEVELS, "info");
    this.databaseUrl = environment.url("DATABASE_URL", ["postgres:", "postgresql:"]);
    this.kafkaBrokers = environment.list("KAFKA_BROKERS");
    this.cursorSecret = environment.secret("KEHU_CURSOR_SECRET");
    this.upstreams = upstreams(environment);
    this.keysDir = environment.text("KEHU_KEYS_DIR");
    this.auditDir = environment.text("KEHU_AUDIT_DIR");
    this.adminEmail = environment.optional("KEHU_ADMIN_EMAIL");
    this.adminPassword = environment.optional("KEHU_ADMIN_PASSWORD");
    this.publicUrl =
      environment.optional("KEHU_PUBLIC_URL") === null ? `http://localhost:${this.port}` : publicUrl(environment);
    this.isSecure = this.publicUrl.startsWith("https:");
    const auth = `${this.publicUrl}/v1/auth`;
    this.invitationLink = linkTemplate(environment, "KEHU_INVITATION_URL", `${auth}/invitations/{token}/accept`);
    this.passwordResetLink = linkTemplate(
      environment,
      "KEHU_PASSWORD_RESET_URL",
      `${auth}/password-reset/confirm#token={token}`,
    );
    this.mail = mailConfig(environment);
    this.userLimit = environment.integer("KEHU_RATE_LIMIT_USER", 120_000, 1, 999_999_999);
    this.apiKeyLimit = environment.integer("KEHU_RATE_LIMIT_API_KEY", 120_000, 1, 999_999_999);
    this.addressLimit = environment.integer("KEHU_RATE_LIMIT_ADDRESS", 6_000, 1, 999_999_999);
    this.addressTotalLimit = environment.integer("KEHU_RATE_LIMIT_ADDRESS_TOTAL", 600_000, 1, 999_999_999);
    this.inFlight = environment.integer("KEHU_IN_FLIGHT", 1_024, 1, 100_000);
    this.inFlightPerService = environment.integer("KEHU_IN_FLIGHT_SERVICE", 256, 1, 10_000);
    this.inFlightPerCaller = environment.integer("KEHU_IN_FLIGHT_CALLER", 128, 1, 10_000);
    this.clientPatienceMs = environment.integer("KEHU_CLIENT_PATIENCE_MS", 15_000, 1_000, 600_000);
    this.changesDays = environment.integer("KEHU_CHANGES_DAYS", 30, 1, 365);
    this.streams = environment.integer("KEHU_STREAMS", 1_000, 1, 100_000);
    this.streamsPerCaller = environment.integer("KEHU_STREAMS_CALLER", 10, 1, 10_000);
    this.corsOrigins = environment.list("KEHU_CORS_ORIGINS");
    this.trustedProxies = environment.list("KEHU_TRUSTED_PROXIES");
    if (this.trustedProxies.some((range) => !/^[0-9a-f.:]+(\/\d{1,3})?$/i.test(range))) {
      throw new ConfigError("KEHU_TRUSTED_PROXIES takes addresses and CIDR ranges.");
    }
  }
}

function publicUrl(environment: Environment): string {
  return environment.url("KEHU_PUBLIC_URL", ["http:", "https:"]).replace(/\/+$/, "");
}

/** `name=value` pairs with commas between. */
function pairs(environment: Environment, variable: string): Map<string, string> {
  const result = new Map<string, string>();
  for (const item of environment.list(variable)) {
    const at = item.indexOf("=");
    const name = item.slice(0, at);
    if (!/^[a-z][a-z-]*$/.test(name) || result.has(name)) {
      throw new ConfigError(`${variable} takes name=value pairs with commas between, each name once.`);
    }
    result.set(name, item.slice(at + 1));
  }
  return result;
}

function upstreams(environment: Environment): Upstream[] {
  environment.text("KEHU_SERVICES");
  environment.text("KEHU_INTERNAL_SECRETS");
  const secrets = pairs(environment, "KEHU_INTERNAL_SECRETS");
  if (new Set(secrets.values()).size < secrets.size)
    throw new ConfigError("KEHU_INTERNAL_SECRETS gives two services one secret.");
  return [...pairs(environment, "KEHU_SERVICES")].map(([name, address]) => {
    const target = URL.parse(address);
    if (target?.protocol !== "http:" || target.pathname !== "/" || target.username !== "") {
      throw new ConfigError(`KEHU_SERVICES has no http address for ${name}.`);
    }
    return { name, origin: target.origin, key: secretKey(name, secrets.get(name)) };
  });
}

function secretKey(service: string, secret: string | undefined): KeyObject {
  if (secret === undefined || secret.length < 32 || new Set(secret).size < 8) {
    throw new ConfigError(`KEHU_INTERNAL_SECRETS must have a random secret of at least 32 characters for ${service}.`);
  }
  return createSecretKey(Buffer.from(secret));
}
