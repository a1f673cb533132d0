import { DIRECTIONS, TICKET_CHANNELS, VISIBILITIES, type TicketState } from "@kehu/contracts";
import { Nullable, Optional } from "@kehu/records";
import { IsIn, IsNotEmpty, IsString, MaxLength } from "class-validator";

export class CreateMessage {
  /** `inbound` from the customer, `outbound` from us (the default). */
  @Optional() @IsIn(DIRECTIONS) direction?: (typeof DIRECTIONS)[number];
  /** `internal` is a note that the customer never sees; `public` is the default. */
  @Optional() @IsIn(VISIBILITIES) visibility?: (typeof VISIBILITIES)[number];
  @IsString() @IsNotEmpty() @MaxLength(100_000) body: string;
  @Nullable() @IsIn(TICKET_CHANNELS) channel?: TicketState["channel"];
  /** Name of the message where it came from; one that comes again makes no second message. */
  @Nullable() @IsString() @IsNotEmpty() @MaxLength(500) providerMessageId?: string | null;
}

/** A message of a ticket. */
export interface MessageView {
  id: string;
  ticketId: string;
  direction: (typeof DIRECTIONS)[number];
  visibility: (typeof VISIBILITIES)[number];
  body: string;
  channel: TicketState["channel"];
  providerMessageId: string | null;
  author: { type: string; id: string; name: string | null };
  createdAt: Date;
}
