import type { ChangeView } from "./entries.ts";

/** Why a stream ended, and what the client does: signs in again, loads anew, or comes back with the last id. */
export type End = "token-expired" | "session-ended" | "reach-changed" | "expired" | "unavailable" | "closing";

/** How long a client waits before it comes back, in milliseconds. */
const RETRY_MS = 2_000;

/** Blocks of an event stream (WHATWG HTML, section 9.2). A block with an id and no data moves the client's last id alone. */
export const opening = (token: string) => `retry: ${RETRY_MS}\nid: ${token}\n\n`;
export const heartbeat = (token: string) => `: still here\nid: ${token}\n\n`;

/**
 * What was looked at together. An entry stands for earlier changes of its record, too, so the place behind one is behind
 * all: the last one has the id, and who is cut before it comes back to all of them.
 */
export const changes = (views: readonly ChangeView[], token: string) =>
  views.map((view, at) => change(view, at === views.length - 1 ? `id: ${token}\n` : "")).join("");

export const end = (reason: End) => `event: end\ndata: ${JSON.stringify({ reason })}\n\n`;

const change = (view: ChangeView, id: string) => `${id}event: change\ndata: ${JSON.stringify(view)}\n\n`;
