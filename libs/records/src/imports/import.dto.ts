import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from "class-validator";
import { MOST_COLUMNS } from "@kehu/importing";
import { Optional } from "../dto.ts";

export const IMPORT_MODES = ["create", "update", "upsert"] as const;
export type ImportMode = (typeof IMPORT_MODES)[number];

/** How a file is read, and what its rows become. What is not given is found out, or suggested. */
export class ImportOptions {
  /** New records only, changes of those that are there, or both. */
  @Optional() @IsIn(IMPORT_MODES) mode?: ImportMode;
  /** By what the record of a row is found: `id`, `externalId`, or a field, `email` and `custom.<name>` among them. */
  @Optional() @IsString() @MaxLength(100) matchBy?: string;
  /** Column -> what it holds: a field, `custom.<name>`, `externalIds.<system>`, `<reference>.name`, `<reference>.externalIds.<system>`, `contactPoints.<kind>`. Columns that it does not name are left out. */
  @Optional() @IsObject() mapping?: Record<string, string>;
  /** Only says what would become of each row. */
  @Optional() @IsBoolean() dryRun?: boolean;
  /** An empty cell empties the field of a record that is there. */
  @Optional() @IsBoolean() emptyClears?: boolean;
  /** Columns whose empty cells empty the field, where this is not said of all. */
  @Optional() @IsArray() @ArrayMaxSize(MOST_COLUMNS) @IsString({ each: true }) clears?: string[];
  /** New records of which a row does not say whose they are belong to nobody; else they are the importer's. */
  @Optional() @IsBoolean() unowned?: boolean;
  /** For how many seconds the run waits, all in all, for records that another service has just made; 10, where it is not given. */
  @Optional() @IsInt() @Min(0) @Max(900) patience?: number;
  /** Where the file is not in the encoding that it seems to be in. */
  @Optional() @IsString() @MaxLength(40) encoding?: string;
  @Optional() @IsIn([",", ";", "\t", "|"]) delimiter?: "," | ";" | "\t" | "|";
  /** Whether the first row names the columns. */
  @Optional() @IsBoolean() header?: boolean;
  /** Of a workbook; the first one, where it is not given. */
  @Optional() @IsString() @MaxLength(100) sheet?: string;
  @Optional() @IsIn([".", ","]) decimal?: "." | ",";
  @Optional() @IsIn(["dayFirst", "monthFirst"]) dayOrder?: "dayFirst" | "monthFirst";
  /** Of amounts without one; the company's, where it is not given. */
  @Optional() @Matches(/^[A-Z]{3}$/) currency?: string;
}
