import { eventually } from "@kehu/testing";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import type { System } from "./system.ts";

/** A mail as it came. */
export interface Received {
  from: string;
  to: string[];
  subject: string;
  text: string;
  /** Header lines, unfolded. */
  headers: string[];
}

/** A real mail server, which keeps what it gets. */
export class Mailbox {
  readonly mails: Received[] = [];
  /** What it says to each mail instead of taking it, and how often it did. */
  refusal: string | null = null;
  refused = 0;
  private server: SMTPServer | undefined;
  private port = 0;

  /** Starts, again at the same port if it ran before. */
  async start(): Promise<this> {
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS", "AUTH"],
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => {
          if (this.refusal !== null) {
            this.refused += 1;
            return done(Object.assign(new Error(this.refusal), { responseCode: 451 }));
          }
          const { mailFrom, rcptTo } = session.envelope;
          const from = mailFrom === false ? "" : mailFrom.address;
          this.mails.push({ from, to: rcptTo.map(({ address }) => address), ...read(Buffer.concat(chunks)) });
          done();
        });
      },
    });
    this.server.on("error", () => undefined);
    this.server.listen(this.port, "127.0.0.1");
    await once(this.server.server, "listening");
    this.port = (this.server.server.address() as AddressInfo).port;
    return this;
  }

  /** Stops, unless it has. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** What a gateway is told that sends its mails here. */
  get environment(): Record<string, string> {
    return {
      KEHU_SMTP_URL: `smtp://127.0.0.1:${this.port}?tls=none`,
      KEHU_MAIL_FROM: "Kehu 客户 <crm@kehu.example>",
      KEHU_PASSWORD_RESET_URL: "https://app.kehu.example/password?token={token}",
    };
  }

  /** The nth mail that somebody gets. */
  mailTo(email: string, count = 1): Promise<Received> {
    return eventually(() => {
      const mail = this.to(email)[count - 1];
      if (!mail) throw new Error(`Mail ${count} to ${email} is not there.`);
      return mail;
    });
  }

  to(address: string): Received[] {
    return this.mails.filter(({ to }) => to.includes(address));
  }
}

/** The table of mails that are due. */
export class MailTable {
  constructor(private readonly system: System) {}

  async due(): Promise<number> {
    const { rows } = await this.system.database.admin.query("SELECT 1 FROM identity.mail_due");
    return rows.length;
  }

  /** Makes all of them due now. */
  async hurry(): Promise<void> {
    await this.system.database.admin.query("UPDATE identity.mail_due SET due_at = now()");
  }
}

/** The link that stands in a mail. */
export function linkIn({ text }: Received): URL {
  return new URL(/https:\S+/.exec(text)![0]);
}

function read(raw: Buffer): Pick<Received, "subject" | "text" | "headers"> {
  const source = raw.toString("utf8");
  const end = source.indexOf("\r\n\r\n");
  const headers = source
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const header = (name: string) =>
    headers
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim() ?? "";
  return {
    headers,
    subject: words(header("subject")),
    text: decoded(source.slice(end + 4), header("content-transfer-encoding")),
  };
}

function decoded(body: string, encoding: string): string {
  if (encoding === "base64") return Buffer.from(body, "base64").toString();
  if (encoding !== "quoted-printable") return body;
  const bytes = body
    .replace(/=\r\n/g, "")
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString();
}

/** Encoded words (RFC 2047). */
function words(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
      kind.toLowerCase() === "b"
        ? Buffer.from(word, "base64").toString()
        : decoded(word.replaceAll("_", " "), "quoted-printable"),
    );
}
