import {
  ArrayMaxSize,
  ArrayMinSize,
  Equals,
  IsArray,
  IsBoolean,
  IsIn,
  IsObject,
  ValidateNested,
} from "class-validator";
import { Type } from "class-transformer";
import { IsId, Optional } from "./dto.ts";

/** The most operations that one bulk request takes. */
export const BULK_LIMIT = 500;

export class BulkOperation {
  @IsIn(["create", "update", "upsert"]) op: "create" | "update" | "upsert";
  /** The record to update. */
  @Optional() @IsId() id?: string;
  /** How an upsert finds its record: by any of the external ids in `data`. */
  @Optional() @Equals("externalId") matchBy?: "externalId";
  @IsObject() data: object;
}

export class BulkRequest {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(BULK_LIMIT)
  @ValidateNested({ each: true })
  @Type(() => BulkOperation)
  operations: BulkOperation[];
  /** `import` takes created time, owner, state and state dates, and needs the permission to import. */
  @Optional() @IsIn(["api", "import"]) origin?: "api" | "import";
  /** All or nothing. */
  @Optional() @IsBoolean() atomic?: boolean;
}
