import { randomUUID } from "node:crypto";
import { LOGIN } from "./kehu.ts";

interface Answer<B> {
  status: number;
  /** The body as it came, and parsed. */
  text: string;
  body: B;
}

/** Somebody who has signed in, and asks once. */
export class Person {
  private constructor(
    private readonly url: string,
    readonly token: string,
  ) {}

  /** @param login the first administrator's, where it is not given */
  static async signIn(url: string, login = LOGIN): Promise<Person> {
    const stranger = new Person(url, "");
    const { accessToken } = await stranger.done<{ accessToken: string }>("POST", "/v1/auth/login", login);
    return new Person(url, accessToken);
  }

  async ask<B>(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Answer<B>> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(this.token && { authorization: `Bearer ${this.token}` }),
        ...(body && { "content-type": "application/json" }),
        "idempotency-key": randomUUID(),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, text, body: (text === "" ? undefined : JSON.parse(text)) as B };
  }

  /** @throws where it is refused */
  async done<B>(method: string, path: string, body?: object): Promise<B> {
    const answer = await this.ask<B>(method, path, body);
    if (answer.status >= 400) throw new Error(`${method} ${path} was answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }
}
