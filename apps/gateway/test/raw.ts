import type { System } from "./system.ts";

/** Sends a request line and headers as they are, signed in; `connection: close`, so that the answer ends. */
export async function raw({ gateway, token }: System, line: string, headers: readonly string[] = [], body = "") {
  const head = [line, "host: kehu.example", `authorization: Bearer ${token}`, ...headers].join("\r\n");
  const text = await gateway.raw(`${head}\r\n${/^connection:/im.test(head) ? "" : "connection: close\r\n"}\r\n${body}`);
  return {
    text,
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]),
    answers: text.match(/HTTP\/1\.1 \d{3} /g)?.length ?? 0,
  };
}

/** What reaches the service while `work` runs. */
export async function arrivalsOf({ customer }: System, work: () => Promise<unknown>) {
  const before = customer.arrivals.length;
  await work();
  return customer.arrivals.slice(before);
}
