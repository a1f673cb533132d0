import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

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

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server!.close(() => resolve()));
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}?tls=none`;
  }

  to(address: string): Received[] {
    return this.mails.filter(({ to }) => to.includes(address));
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
