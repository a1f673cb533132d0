import { Malformed, Problem, RuleViolation } from "@kehu/contracts";
import { ImportOptions, validated, type Upload } from "@kehu/records";
import { Busboy, type BusboyHeaders } from "@fastify/busboy";
import type { FastifyRequest } from "fastify";
import type { Readable } from "node:stream";
import { allowUpload, UPLOAD_LIMIT, UPLOAD_RATE } from "./uploads.ts";
import { parseBody } from "./json-body.ts";

/** What an upload takes besides the time for its bytes. */
const GRACE_MS = 15_000;
/** The longest text beside the file. */
const LONGEST_OPTIONS = 256 * 1024;

/**
 * Reads a multipart request (RFC 7578) up to its file, which is read by whoever takes it: nothing of it is kept here. What is
 * wrong behind the file, or with its end, fails whoever reads it, at its end.
 *
 * @returns the file and the options that came before it
 * @throws Problem 411 and 413 for a body without a length, and one that is too large
 * @throws Malformed `upload.malformed`, `upload.no-file`, and what `validated` throws for options
 */
export function uploadOf({ raw, headers }: Pick<FastifyRequest, "raw" | "headers">): Promise<Upload> {
  const length = lengthOf(headers["content-length"]);
  allowUpload(raw, GRACE_MS + length / UPLOAD_RATE);
  return new Promise((resolve, reject) => {
    const parser = parserOf(headers as BusboyHeaders);
    const form = Promise.withResolvers();
    form.promise.catch(reject);
    let options: ImportOptions | null = null;
    let isTaken = false;
    const fail = (error: unknown) => {
      raw.unpipe(parser);
      raw.resume();
      form.reject(error instanceof Error ? error : malformed());
    };
    parser.on("field", (name, text, _nameCut, textCut) => {
      try {
        if (isTaken || options || name !== "options" || textCut) throw misplaced(name);
        options = validated(ImportOptions, parseBody(Buffer.from(text)));
      } catch (error) {
        fail(error);
      }
    });
    parser.on("file", (field, content, name) => {
      if (field !== "file") return fail(misplaced(field));
      isTaken = true;
      // The parser does not end what it has begun: who reads it would wait for ever.
      raw.on("aborted", () => content.destroy(malformed()));
      resolve({ name: nameOf(name), options: options ?? new ImportOptions(), content: whole(content, form.promise) });
    });
    for (const limit of ["filesLimit", "fieldsLimit", "partsLimit"] as const) parser.on(limit, () => fail(tooMany()));
    parser.on("error", () => fail(malformed()));
    parser.on("finish", () => {
      if (isTaken) form.resolve(null);
      else fail(new RuleViolation("upload.no-file", "Send the file as the part `file`."));
    });
    raw.on("aborted", () => {
      parser.destroy();
      fail(malformed());
    });
    raw.pipe(parser);
  });
}

function lengthOf(header: string | undefined): number {
  if (header === undefined) throw new Problem(411, "request.length-required", "Send Content-Length with an upload.");
  if (Number(header) > UPLOAD_LIMIT)
    throw new Problem(413, "request.too-large", `The body has more than ${UPLOAD_LIMIT} bytes.`);
  return Number(header);
}

type Parser = InstanceType<typeof Busboy>;

function parserOf(headers: BusboyHeaders): Parser {
  try {
    return new Busboy({ headers, limits: { files: 1, fields: 1, parts: 2, fieldSize: LONGEST_OPTIONS } });
  } catch {
    throw malformed();
  }
}

/**
 * A file that ends before the request does was cut off: the parser says so by an event, and lets it end.
 *
 * @param form fails for what is wrong with the whole
 */
function whole(content: Readable, form: Promise<unknown>): AsyncGenerator<Buffer> {
  const faults: unknown[] = [];
  content.on("error", (error) => faults.push(error));
  return (async function* () {
    for await (const chunk of content) yield chunk as Buffer;
    if (faults.length > 0) throw malformed();
    await form;
  })();
}

const malformed = () => new Malformed("upload.malformed", "The body is no multipart/form-data, or is cut off.");

const tooMany = () =>
  new Malformed("upload.malformed", "The form has more than two parts: send `options`, then one `file`.");

const misplaced = (name: string) =>
  new Malformed("upload.malformed", `The part ${name.slice(0, 100)} has no place: send \`options\`, then \`file\`.`);

/** The last part of a path, without what no name has. */
function nameOf(name: string | undefined): string {
  const last = (name ?? "").split(/[\\/]/).at(-1)!.replaceAll(/\p{C}/gu, "");
  return last.slice(0, 255) || "file";
}
