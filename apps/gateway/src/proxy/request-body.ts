import { Malformed, Problem } from "@kehu/contracts";
import { allowUpload, UPLOAD_LIMIT, UPLOAD_RATE } from "@kehu/http";
import type { IncomingMessage } from "node:http";
import { Transform, type Readable, type TransformCallback } from "node:stream";
import type { Operation } from "../routing/openapi.ts";

const JSON_LIMIT = 256 * 1024;
const DEADLINE_MS = 15_000;
/**
 * Up to so many bytes a body is gathered and sent on in one piece, which costs half as much as a stream: with one, undici
 * leaves chains of dead objects that outlive the young generation.
 */
const ONE_PIECE = 16 * 1024;

/** A body on its way to a service. */
export interface RequestBody {
  content: Readable | Buffer | null;
  /** How long the whole exchange may take. */
  deadlineMs: number;
}

/**
 * Checks what the headers say about the body, and bounds what comes.
 *
 * @throws Malformed for a body where none belongs
 * @throws Problem 408, 411, 413 or 415
 */
export async function requestBody(request: IncomingMessage, operation: Operation): Promise<RequestBody> {
  const { "content-length": length, "transfer-encoding": transfer, "content-type": type } = request.headers;
  const none = transfer === undefined && (length === undefined || length === "0");
  if (none) return { content: null, deadlineMs: DEADLINE_MS };
  if (operation.method === "GET" || operation.method === "DELETE") {
    throw new Malformed("request.body-not-allowed", `${operation.method} takes no body.`);
  }
  const upload = operation.upload && /^multipart\/form-data\s*;/i.test(type ?? "");
  if (!upload && !/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type ?? "")) {
    throw new Problem(415, "request.unsupported-type", "Send application/json in UTF-8.");
  }
  const limit = upload ? UPLOAD_LIMIT : JSON_LIMIT;
  if (length !== undefined) {
    if (Number(length) > limit) throw tooLarge(limit);
    const content = Number(length) <= ONE_PIECE ? await wholeOf(request) : request;
    const deadlineMs = DEADLINE_MS + (upload ? Number(length) / UPLOAD_RATE : 0);
    if (upload) allowUpload(request, deadlineMs);
    return { content, deadlineMs };
  }
  if (upload) throw new Problem(411, "request.length-required", "Send Content-Length with an upload.");
  return { content: request.pipe(new Bounded(limit)), deadlineMs: DEADLINE_MS };
}

function wholeOf(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const cut = () => reject(new Problem(408, "request.timeout", "The body did not come to its end."));
    // The client may have gone while we asked who it is; then nothing will be heard of its request any more.
    if (request.destroyed) cut();
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => resolve(Buffer.concat(chunks)));
    request.once("error", cut);
  });
}

function tooLarge(limit: number): Problem {
  return new Problem(413, "request.too-large", `The body has more than ${limit} bytes.`);
}

/** Passes so many bytes, and fails on the next. */
class Bounded extends Transform {
  private passed = 0;

  constructor(private readonly limit: number) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.passed += chunk.length;
    if (this.passed > this.limit) done(tooLarge(this.limit));
    else done(null, chunk);
  }
}
