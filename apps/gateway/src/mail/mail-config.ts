import { ConfigError, type Environment } from "@kehu/http";
import { isMailAddress } from "./mail-address.ts";

/** A server that takes our mails. */
export interface MailConfig {
  host: string;
  port: number;
  /** `implicit`: from the first byte; `starttls`: demanded before anything is said; `none`. */
  tls: "implicit" | "starttls" | "none";
  credentials: { user: string; pass: string } | null;
  /** Who the mails are from. */
  from: { name: string; address: string };
}

const VARIABLE = "KEHU_SMTP_URL";
const HOST = /^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9a-f:.]+\])$/i;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;
const FROM = /^(?:([^<>"\p{Cc}]{1,100}?) *<([^<>]+)>|([^<>]+))$/u;

/**
 * The mail server of KEHU_SMTP_URL: `smtps://user:password@host` or `smtp://user:password@host:587`, with STARTTLS; a relay
 * in a network of one's own may be spoken to in the clear, `smtp://host:25?tls=none`.
 *
 * @returns null where there is none
 * @throws ConfigError
 */
export function mailConfig(environment: Environment): MailConfig | null {
  if (environment.optional(VARIABLE) === null) return null;
  const url = new URL(environment.url(VARIABLE, ["smtp:", "smtps:"]));
  const tls = tlsOf(url);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (!HOST.test(url.hostname) || !["", "/"].includes(url.pathname) || url.hash !== "" || url.port === "0")
    throw new ConfigError(`${VARIABLE} takes smtp://user:password@host:port or smtps://user:password@host:port.`);
  const credentials = credentialsOf(url);
  if (credentials && tls === "none" && !LOOPBACK.test(host))
    throw new ConfigError(`${VARIABLE} would send its password in the clear: leave out tls=none.`);
  const port = url.port === "" ? (tls === "implicit" ? 465 : 587) : Number(url.port);
  return { host, port, tls, credentials, from: fromOf(environment) };
}

function tlsOf(url: URL): MailConfig["tls"] {
  if (url.search !== "" && (url.search !== "?tls=none" || url.protocol === "smtps:"))
    throw new ConfigError(`${VARIABLE} takes no options but tls=none behind smtp://host.`);
  if (url.protocol === "smtps:") return "implicit";
  return url.search === "" ? "starttls" : "none";
}

function credentialsOf({ username, password }: URL): MailConfig["credentials"] {
  if (username === "" && password === "") return null;
  if (username === "" || password === "") throw new ConfigError(`${VARIABLE} has a user or a password, and not both.`);
  try {
    return { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  } catch {
    throw new ConfigError(`${VARIABLE} has a user or a password that is not percent-encoded.`);
  }
}

function fromOf(environment: Environment): MailConfig["from"] {
  const [, name, named, plain] = FROM.exec(environment.text("KEHU_MAIL_FROM").trim()) ?? [];
  const address = named ?? plain ?? "";
  if (!isMailAddress(address))
    throw new ConfigError("KEHU_MAIL_FROM takes an address, or a name and an address: Kehu <crm@company.example>.");
  return { name: name ?? "Kehu", address };
}

/**
 * The page of a front end to which a link leads.
 *
 * @param fallback where the variable is not set
 * @returns an address with `{token}` in it, once
 * @throws ConfigError
 */
export function linkTemplate(environment: Environment, variable: string, fallback: string): string {
  if (environment.optional(variable) === null) return fallback;
  const template = environment.url(variable, ["http:", "https:"]);
  const isWhole = template.split("{token}").length === 2 && !new URL(template).host.includes("token");
  if (!isWhole) throw new ConfigError(`${variable} must have {token} in it once, behind the host.`);
  return template;
}
