import { Malformed } from "@kehu/contracts";
import { validated } from "@kehu/records";
import { Injectable, type ArgumentMetadata, type PipeTransform } from "@nestjs/common";

/** Checks every body against its class. Queries are read by the list parser, ids by `ParseId`. */
@Injectable()
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (type !== "body" || !metatype || metatype === Object) return value;
    return validated(metatype as new () => object, value ?? {});
  }
}

/** A record's id in a path. */
@Injectable()
export class ParseId implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value))
      throw new Malformed("id.malformed", "An id is a UUID.");
    return value.toLowerCase();
  }
}

/** What a collaborator is, in a path. */
@Injectable()
export class ParseCollaboratorType implements PipeTransform<string, "user" | "team"> {
  transform(value: string): "user" | "team" {
    if (value !== "user" && value !== "team")
      throw new Malformed("collaborator.malformed", "A record is shared with a `user` or a `team`.");
    return value;
  }
}

/** A number of a sequence in a path, such as a dead letter's. */
@Injectable()
export class ParseSequence implements PipeTransform<string, string> {
  transform(value: string): string {
    if (!/^[1-9]\d{0,17}$/.test(value)) throw new Malformed("id.malformed", "This id is a whole number.");
    return value;
  }
}
