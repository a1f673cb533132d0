import type { RequestContext } from "@kehu/auth";
import { Database } from "@kehu/database";
import { PersonalData, type PersonKey } from "@kehu/personal-data";
import { Injectable } from "@nestjs/common";
import { Clock } from "../clock.ts";
import { CursorSigner } from "../cursor.ts";
import { CustomFields } from "../custom-fields.ts";
import { fieldsFor } from "../field-rules.ts";
import type { FieldMap } from "../field.ts";
import { parseSearch } from "../list-query.ts";
import { RecordLists } from "../record-lists.ts";
import { Relations } from "../relations.ts";
import { defaultSort } from "../record-queries.ts";
import type { Resource } from "../resource.ts";
import { exportedFields } from "./export-columns.ts";
import type { ExportRequest } from "./export.dto.ts";
import type { Wanted } from "./export-rows.ts";

/** What exports work with. */
@Injectable()
export class Exporting {
  constructor(
    readonly database: Database,
    readonly personal: PersonalData,
    readonly custom: CustomFields,
    readonly lists: RecordLists,
    readonly relations: Relations,
    readonly cursors: CursorSigner,
    readonly clock: Clock,
  ) {}

  /**
   * Reads what somebody asks for.
   *
   * @param declared the resource without the fields of the company
   * @returns it with them, and the fields of the file
   * @throws Malformed for an unknown or hidden field, and whatever else a search refuses
   */
  async wanted(
    declared: Resource,
    request: ExportRequest,
    who: RequestContext,
  ): Promise<Wanted & { open: FieldMap; names: string[] }> {
    const resource = await this.custom.of(declared, request);
    const open = fieldsFor(resource, who);
    const { where, q, sort, fields = null } = request;
    const query = parseSearch(
      open,
      { where, q, sort },
      defaultSort(resource, open),
      resource.keywords,
      await this.relations.of(resource, who),
    );
    return { resource, query, who, open, names: exportedFields(open, fields) };
  }

  /** @returns the key of a job, made where there is none */
  async keyOf(id: string): Promise<PersonKey> {
    const { personal } = this;
    return this.database.transaction(async (tx) => (await personal.keysFor(tx, [id])).get(id)!);
  }
}

/** Where the request of a job stands, as its encryption knows it. */
export const requestPlace = (id: string) => `export_job ${id} request`;
