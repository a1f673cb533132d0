import { RuleViolation } from "@kehu/contracts";
import { SaxesParser, type SaxesTagPlain } from "saxes";
import { MOST_XML_TOKEN } from "./limits.ts";

/** What stands in an XML document, in its order; names are without their prefix. */
export type XmlEvent =
  | { open: string; close?: undefined; attributes: Readonly<Record<string, string>> }
  | { close: string; open?: undefined }
  | { text: string; open?: undefined; close?: undefined };

/** Parts of XLSX files nest no deeper, and their elements have no more attributes. */
const DEEPEST = 64;
const MOST_ATTRIBUTES = 64;

/**
 * Reads an XML document (UTF-8) piece by piece. What a document type could declare, entities above all, is refused with
 * the declaration.
 *
 * @returns what each piece holds
 * @throws RuleViolation `import.file-xml` for what is not well-formed, has a document type, or holds an endless token
 */
export async function* xmlEvents(chunks: AsyncIterable<Buffer>): AsyncGenerator<XmlEvent[], void> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const reader = new XmlReader();
  for await (const chunk of chunks) yield reader.take(() => decoder.decode(chunk, { stream: true }));
  yield reader.finish(() => decoder.decode());
}

class XmlReader {
  private readonly parser = new SaxesParser({ position: false });
  private events: XmlEvent[] = [];
  private depth = 0;
  private attributes = 0;
  private sinceToken = 0;

  constructor() {
    this.parser.on("doctype", () => {
      throw notWell("It has a document type (DOCTYPE).");
    });
    this.parser.on("attribute", () => {
      if (++this.attributes > MOST_ATTRIBUTES) throw notWell("An element has too many attributes.");
    });
    this.parser.on("opentag", (tag) => this.open(tag as SaxesTagPlain));
    this.parser.on("closetag", ({ name }) => {
      this.depth--;
      this.add({ close: local(name) });
    });
    this.parser.on("text", (text) => this.add({ text }));
    this.parser.on("cdata", (text) => this.add({ text }));
  }

  take(decode: () => string): XmlEvent[] {
    return this.parsed(() => {
      const text = decode();
      this.sinceToken += text.length;
      this.parser.write(text);
      if (this.sinceToken > MOST_XML_TOKEN) throw notWell("It holds a text without end.");
    });
  }

  finish(decode: () => string): XmlEvent[] {
    return this.parsed(() => this.parser.write(decode()).close());
  }

  private parsed(run: () => void): XmlEvent[] {
    this.events = [];
    try {
      run();
    } catch (error) {
      throw error instanceof RuleViolation ? error : notWell("It is not well-formed.");
    }
    return this.events;
  }

  private open({ name, attributes }: SaxesTagPlain): void {
    if (++this.depth > DEEPEST) throw notWell("Its elements are nested too deep.");
    this.attributes = 0;
    this.add({ open: local(name), attributes });
  }

  private add(event: XmlEvent): void {
    this.sinceToken = 0;
    this.events.push(event);
  }
}

const local = (name: string) => name.slice(name.indexOf(":") + 1);

const notWell = (why: string) =>
  new RuleViolation(
    "import.file-xml",
    `A part of the XLSX file cannot be read. ${why} Open the file in a spreadsheet program, save it anew and send that file.`,
  );
