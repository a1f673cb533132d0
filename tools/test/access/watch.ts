import { PLACES, sees, type Actor, type Place } from "./policy-model.ts";
import type { TestResource } from "./resources.ts";
import type { Answered } from "./system.ts";
import type { World } from "./world.ts";

export interface Page {
  data: Record<string, unknown>[];
  page: { nextCursor: string | null; total?: number };
}

export const pageOf = ({ body }: Pick<Answered, "body">) => body as unknown as Page;

interface Asked {
  body?: object;
  headers?: Readonly<Record<string, string>>;
}

/** Asks as one actor, and notes whatever shows itself to him that he must not see. */
export class Watch {
  readonly faults: string[] = [];

  constructor(
    readonly world: World,
    readonly actor: Actor,
  ) {}

  async ask(method: string, path: string, { body, headers }: Asked = {}): Promise<Answered> {
    const { system, people } = this.world;
    const answer = await system.ask(method, path, people.token(this.actor), body, headers);
    for (const mark of this.world.leaks(this.actor, answer.text)) this.note(`${method} ${path} shows ${mark}`);
    if (answer.status >= 500) this.note(`${method} ${path} answers ${answer.status}`);
    return answer;
  }

  /** A page of which every record is seen, and which counts what it shows. */
  async page(resource: TestResource, method: string, path: string, body?: object): Promise<void> {
    const answer = await this.ask(method, path, { body });
    const what = `${method} ${path}${body ? ` ${JSON.stringify(body)}` : ""}`;
    const mayRead = PLACES.some((place) => sees(this.actor, resource.concept, place));
    if (answer.status !== 200) return mayRead ? this.note(`${what} answers ${answer.status}`) : undefined;
    const { data, page } = pageOf(answer);
    const places = data.map(({ id }) => this.world.placeOf(resource, String(id)));
    for (const place of places) {
      if (place !== undefined && !sees(this.actor, resource.concept, place)) this.note(`${what} shows ${place}`);
    }
    if (page.total !== undefined && page.total !== data.length) {
      this.note(`${what} counts ${page.total} and shows ${data.length}`);
    }
  }

  /** Where records of the resource are that the actor does not see. */
  unseenPlaces({ name, concept }: TestResource): Place[] {
    return PLACES.filter((place) => this.world.has(name, place) && !sees(this.actor, concept, place));
  }

  note(what: string): void {
    this.faults.push(`${this.actor}: ${what}`);
  }
}
