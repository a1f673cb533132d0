/** What the commands of an operator share: they are REST clients of the gateway, as he would be with curl. */
import { randomUUID } from "node:crypto";
import { CannotFinish } from "./migrate/engine/cannot-finish.ts";
import { Client, Refused } from "./migrate/engine/client.ts";
import { readLogin } from "./migrate/login.ts";

const PATIENCE_MS = 60_000;

/** The gateway of KEHU_URL, for whoever signs in. */
export class Operator {
  private readonly client: Client;

  private constructor(client: Client) {
    this.client = client;
  }

  get<T>(path: string): Promise<T> {
    return this.client.get<T>(path);
  }

  post<T>(path: string, body: object = {}): Promise<T> {
    return this.client.post<T>(path, JSON.stringify(body), randomUUID());
  }

  /** Signs in and runs a command; what Kehu refuses is said in one line, with exit code 1. */
  static async run(command: (kehu: Operator) => Promise<void>): Promise<void> {
    try {
      const login = await readLogin(process.env);
      const url = process.env.KEHU_URL || "http://localhost:3000";
      await command(new Operator(new Client(url, login, PATIENCE_MS, (message) => console.error(message))));
    } catch (error) {
      if (!(error instanceof CannotFinish) && !(error instanceof Refused)) throw error;
      console.error(error.message);
      process.exitCode = 1;
    }
  }
}

/** Ends with the usage of a command. */
export function usage(text: string): never {
  console.error(`Usage: ${text}`);
  process.exit(64);
}

/** Process names by the area of their concepts; each area but the gateway's has a process of its name. */
export function serviceOf(concept: string): string {
  const area = concept.split(".")[0] ?? "";
  return area === "identity" ? "gateway" : area;
}
