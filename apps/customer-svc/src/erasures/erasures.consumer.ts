import { systemContext } from "@kehu/auth";
import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { Erasures } from "@kehu/records";
import { Controller } from "@nestjs/common";

/** Erases here, too, whom sales has erased. */
@Controller()
export class ErasuresConsumer {
  constructor(private readonly erasures: Erasures) {}

  @OnEvent(["sales.lead.erased"], "erasures")
  async erase(events: EventOf<"sales.lead.erased">[], { tx }: EventContext): Promise<void> {
    for (const event of events) {
      const { data } = event;
      await this.erasures.follow(tx, [data.lead.personId], systemContext("erasures", event));
    }
  }
}
