import type { EventOf } from "@kehu/contracts";
import { OnEvent, type EventContext } from "@kehu/messaging";
import { Controller } from "@nestjs/common";
import { Handovers } from "./handovers.ts";

/** Takes on what a user hands over; the records are moved afterwards, as they may be very many. */
@Controller()
export class HandoversConsumer {
  constructor(private readonly handovers: Handovers) {}

  @OnEvent(["identity.user.handed-over"], "handovers")
  async handOver(events: EventOf<"identity.user.handed-over">[], { tx }: EventContext): Promise<void> {
    for (const event of events) await this.handovers.add(tx, event);
  }
}
