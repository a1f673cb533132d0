import type { FastifyReply, FastifyRequest } from "fastify";
import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher, Pool } from "undici";
import { requestHeaders, responseHeaders } from "./headers.ts";
import type { RequestBody } from "./request-body.ts";

/** What Fastify sends, so that its hooks see it: refusals, which are entered into the audit trail. */
const REFUSALS: readonly number[] = [401, 403, 404];

/** Where a request goes. */
export interface Target {
  pool: Pool;
  path: string;
  /** Internal token; none for what is public. */
  token: string | undefined;
  body: RequestBody;
  /** Whether clients come by https only. */
  isSecure: boolean;
}

/**
 * One request to a service and its answer, chunk by chunk, written straight to the client's socket: Fastify's reply and
 * undici's stream between them would cost as much again as the whole exchange.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private abortReason: Error | undefined;
  private timer: NodeJS.Timeout | undefined;
  private settle: { resolve: (refusal?: Buffer) => void; reject: (error: Error) => void } | undefined;
  private started = false;
  private refusal: Buffer[] | undefined;

  constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
    private readonly target: Target,
  ) {}

  /**
   * Resolves once the answer has begun, which then goes on by itself; from there Fastify has no part in it. Of a refusal
   * it resolves with the whole body, which is the caller's to send; status and headers are set.
   *
   * @throws Error when no answer came: of the network, of undici, of the body that was read, or of the deadline
   */
  run(): Promise<Buffer | undefined> {
    const { raw } = this.reply;
    raw.once("close", () => {
      if (!raw.writableEnded) this.abort(new Error("The client has gone."));
    });
    return this.dispatch();
  }

  private dispatch(): Promise<Buffer | undefined> {
    const { pool, path, token, body } = this.target;
    const method = this.request.raw.method as Dispatcher.HttpMethod;
    const headers = requestHeaders(this.request.headers, this.request.id, token);
    this.timer = setTimeout(() => this.abort(new Error("The time is up.")), body.deadlineMs);
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      pool.dispatch({ method, path, headers, body: body.content }, this);
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.abortReason) controller.abort(this.abortReason);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    clearTimeout(this.timer);
    const { reply, request } = this;
    // A body that was not read to its end would be taken for the next request.
    const said = responseHeaders(headers, this.target.isSecure);
    if (!request.raw.complete) said.push("connection", "close");
    if (REFUSALS.includes(status)) {
      for (let at = 0; at < said.length; at += 2) void reply.header(said[at] as string, said[at + 1]);
      void reply.code(status);
      this.refusal = [];
      return;
    }
    this.started = true;
    const own = reply.getHeaders();
    for (const name in own) said.push(name, own[name] as string | string[]);
    reply.hijack();
    reply.raw.writeHead(status, said);
    this.settle?.resolve();
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.refusal) return void this.refusal.push(chunk);
    const { raw } = this.reply;
    if (raw.write(chunk)) return;
    controller.pause();
    raw.once("drain", () => controller.resume());
  }

  onResponseEnd(): void {
    if (this.refusal) this.settle?.resolve(Buffer.concat(this.refusal));
    else this.reply.raw.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    clearTimeout(this.timer);
    // Half an answer must not look like a whole one.
    if (this.started) this.reply.raw.destroy();
    else this.settle?.reject(error);
  }

  private abort(reason: Error): void {
    this.abortReason = reason;
    this.controller?.abort(reason);
  }
}
