import { Injectable } from "@nestjs/common";
import { createTransport } from "nodemailer";
import { setTimeout as wait } from "node:timers/promises";
import { Config } from "../gateway-config.ts";
import { headerName, isMailAddress } from "./mail-address.ts";
import type { MailConfig } from "./mail-config.ts";

/** One mail to one person. */
export interface Mail {
  /** Stays the same when it is sent again, so that a mail server can tell. */
  id: string;
  to: { name: string; address: string };
  subject: string;
  text: string;
}

/** In milliseconds; a server that dribbles is given up, too. */
const TIMEOUTS = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000, dnsTimeout: 5_000 };
export const LONGEST_SEND_MS = 30_000;

/** Hands mails to the server that is configured. */
@Injectable()
export class Smtp {
  constructor(private readonly config: Config) {}

  get isConfigured(): boolean {
    return this.config.mail !== null;
  }

  /** @throws Error where the server is away or refuses; its message may hold the address */
  async send({ id, to, subject, text }: Mail): Promise<void> {
    const { mail } = this.config;
    if (!mail) throw new Error("No mail server is configured.");
    if (!isMailAddress(to.address)) throw new Error("The address is none that mail is sent to.");
    const { from } = mail;
    const sent = transportOf(mail).sendMail({
      messageId: `<${id}@${from.address.split("@")[1]!}>`,
      from,
      // Objects, never text that is taken apart again.
      to: { name: headerName(to.name), address: to.address },
      subject,
      text,
      headers: { "Auto-Submitted": "auto-generated" },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    const late = new AbortController();
    const deadline = wait(LONGEST_SEND_MS, undefined, { signal: late.signal }).then(() => {
      throw new Error("The mail server took too long.");
    });
    await Promise.race([sent, deadline]).finally(() => late.abort());
  }
}

function transportOf({ host, port, tls, credentials }: MailConfig) {
  return createTransport({
    host,
    port,
    secure: tls === "implicit",
    requireTLS: tls === "starttls",
    ignoreTLS: tls === "none",
    ...(credentials && { auth: credentials }),
    ...TIMEOUTS,
  });
}
