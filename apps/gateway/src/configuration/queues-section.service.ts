import type { RequestContext } from "@kehu/auth";
import { Injectable } from "@nestjs/common";
import { usualSteps } from "./comparison.ts";
import { KEYS } from "./configuration-file.ts";
import type { Held, Item, Kept, Section } from "./item.ts";
import { ServiceParts } from "./service-parts.service.ts";

const PERMISSIONS = ["service-desk.queue.read", "service-desk.queue.write"] as const;

/** Where tickets wait. */
@Injectable()
export class QueuesSection implements Section {
  readonly name = "queues";
  readonly concept = "service-desk.queue";
  readonly reading = "service-desk.queue.read";

  constructor(private readonly services: ServiceParts) {}

  async read(who: RequestContext): Promise<Held> {
    if (!this.isHere()) return { items: [], leftOut: [] };
    const listed = await this.services.all("service-desk", "/v1/queues", ["service-desk.queue.read"], who);
    const items = listed.map(({ id, version, name, description }) => {
      const value = { name, description };
      return { key: KEYS.queues(value), value, id, version };
    });
    return { items, leftOut: [] };
  }

  needs() {
    return { read: ["service-desk.queue.read"], write: ["service-desk.queue.write"] } as const;
  }

  conflict() {
    return this.isHere() ? undefined : { code: "resource.unknown", message: "Here are no queues." };
  }

  steps(item: Item, kept: Kept | undefined) {
    return usualSteps(item, kept, (_names, who) =>
      this.services.ask(
        "service-desk",
        kept
          ? {
              method: "PATCH",
              path: `/v1/queues/${kept.id}`,
              body: item.value,
              permissions: PERMISSIONS,
              ifMatch: kept.version,
            }
          : { method: "POST", path: "/v1/queues", body: item.value, permissions: PERMISSIONS },
        who,
      ),
    );
  }

  private isHere(): boolean {
    return this.services.resources().some(({ concept }) => concept === this.concept);
  }
}
