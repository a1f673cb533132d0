import { systemContext } from "@kehu/auth";
import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { Erasures } from "@kehu/records";
import { Controller } from "@nestjs/common";

/** Erases here, too, whom customer-svc has erased. */
@Controller()
export class ErasuresConsumer {
  constructor(private readonly erasures: Erasures) {}

  @OnEvent(["customer.contact.erased"], "erasures")
  async erase(events: EventOf<"customer.contact.erased">[], { tx }: EventContext): Promise<void> {
    for (const event of events) {
      const { data } = event;
      await this.erasures.follow(tx, [data.contact.personId], systemContext("erasures", event));
    }
  }
}
