import { PRIORITIES, TICKET_CHANNELS, TICKET_STATUSES, TICKET_TYPES, type TicketState } from "@kehu/contracts";
import { Imported, IsInstant, IsReference, IsTitle, Nullable, Optional, PatchOf, OwnedDto } from "@kehu/records";
import { IsBoolean, IsIn } from "class-validator";

export class CreateTicket extends OwnedDto {
  @IsTitle() subject: string;
  /** How the customer came to us. */
  @Nullable() @IsIn(TICKET_CHANNELS) channel?: TicketState["channel"];
  @Nullable() @IsIn(TICKET_TYPES) type?: TicketState["type"];
  @Optional() @IsIn(PRIORITIES) priority?: TicketState["priority"];
  /** Where it waits for somebody to take it; until then it has no owner. */
  @Nullable() @IsReference() queueId?: string | null;
  @Nullable() @IsReference() accountId?: string | null;
  @Nullable() @IsReference() contactId?: string | null;
}

export class UpdateTicket extends PatchOf(CreateTicket) {}

export class ImportTicket extends Imported(CreateTicket) {
  @Optional() @IsIn(TICKET_STATUSES) status?: TicketState["status"];
  @Optional() @IsBoolean() escalated?: boolean;
  @Nullable() @IsInstant() resolvedAt?: Date | null;
  @Nullable() @IsInstant() closedAt?: Date | null;
}
