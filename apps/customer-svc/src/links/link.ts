import { LINK_TYPES, type Link } from "@kehu/contracts";
import { IsReference } from "@kehu/records";
import { IsIn } from "class-validator";

/** A record that an interaction or a task is about. */
export class LinkInput {
  @IsIn(LINK_TYPES) type: Link["type"];
  @IsReference() id: string;
}

/** @returns the links, each once */
export function distinctLinks(links: readonly Link[]): Link[] {
  return [...new Map(links.map(({ type, id }) => [`${type} ${id}`, { type, id }])).values()];
}
