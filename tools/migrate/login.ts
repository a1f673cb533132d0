import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { CannotFinish } from "./engine/cannot-finish.ts";
import type { Login } from "./engine/client.ts";

/** @returns who signs in, from the environment; what is missing there is asked for at a terminal */
export async function readLogin(env: NodeJS.ProcessEnv): Promise<Login> {
  const email = env.KEHU_EMAIL || (await ask("E-mail: ", "KEHU_EMAIL", false));
  const password = env.KEHU_PASSWORD || (await ask("Password: ", "KEHU_PASSWORD", true));
  return { email, password };
}

async function ask(question: string, variable: string, isSecret: boolean): Promise<string> {
  if (!process.stdin.isTTY) throw new CannotFinish(`${variable} is missing, and there is no terminal to ask at.`);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (isSecret) process.stderr.write(question);
  const terminal = createInterface({
    input: process.stdin,
    output: isSecret ? silent : process.stderr,
    terminal: true,
  });
  const answer = await terminal.question(isSecret ? "" : question);
  terminal.close();
  if (isSecret) process.stderr.write("\n");
  return answer.trim();
}
