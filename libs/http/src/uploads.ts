import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

const uploads = new WeakMap<Socket, IncomingMessage>();

/** The largest upload, in bytes. */
export const UPLOAD_LIMIT = 250 * 1024 * 1024;

/** The slowest upload, in bytes per millisecond. */
export const UPLOAD_RATE = 16;

/**
 * Lets the body of a request take longer than Node gives to every request. Called once it is known whose upload it is.
 *
 * @param deadlineMs when the connection is closed, if the body has not come to its end
 */
export function allowUpload(request: IncomingMessage, deadlineMs: number): void {
  const { socket } = request;
  uploads.set(socket, request);
  const timer = setTimeout(() => {
    if (!request.complete) socket.destroy();
  }, deadlineMs).unref();
  request.once("close", () => clearTimeout(timer));
}

/** @returns true while the body of an upload is on its way that may take its time */
export function isUploading(socket: Socket): boolean {
  return uploads.get(socket)?.complete === false;
}
