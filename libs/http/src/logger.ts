import type { LoggerService } from "@nestjs/common";
import { pino, type Logger } from "pino";

/** Nest's log lines as JSON by pino: ids and codes, never values of records. */
export class JsonLogger implements LoggerService {
  private readonly pino: Logger;

  constructor(service: string, level: string) {
    this.pino = pino({ level, base: { service } });
  }

  log(message: unknown, context?: string): void {
    this.write("info", message, context);
  }

  /** Nest passes `(message, stack?, context?)`. */
  error(message: unknown, ...rest: (string | undefined)[]): void {
    this.write("error", message, rest.at(-1), rest.length > 1 ? rest[0] : undefined);
  }

  warn(message: unknown, context?: string): void {
    this.write("warn", message, context);
  }

  debug(message: unknown, context?: string): void {
    this.write("debug", message, context);
  }

  verbose(message: unknown, context?: string): void {
    this.write("trace", message, context);
  }

  private write(
    level: "info" | "error" | "warn" | "debug" | "trace",
    message: unknown,
    context?: string,
    stack?: unknown,
  ): void {
    const fields = typeof message === "object" && message !== null ? message : { msg: String(message) };
    this.pino[level]({ ...fields, context, ...(stack !== undefined && { stack }) });
  }
}
