import type { RequestContext } from "@kehu/auth";
import {
  readCell,
  suggestMapping,
  type CellOptions,
  type CellResult,
  type MappingSuggestion,
  type TableOptions,
} from "@kehu/importing";
import { RuleViolation, type FieldError } from "@kehu/contracts";
import type { Settings } from "../company-settings.ts";
import type { Resource } from "../resource.ts";
import type { ImportOptions } from "./import.dto.ts";
import { importTarget, importTargets, type ImportTarget } from "./import-targets.ts";

/** The data of a row as they are imported; or what is wrong with its cells. */
export interface RowData {
  data: Record<string, unknown>;
  /** References that are given by a name: where the name stands, and where its id is to go. */
  names: { target: ImportTarget; name: string }[];
  errors: FieldError[];
}

/** Of these a row says one of several. */
const NEVER_CLEARED = /externalIds\.|^contactPoints\.|^id$/;

/** Which column becomes what. */
export class ImportMapping {
  private readonly places: readonly { place: number; column: string; target: ImportTarget }[];

  /**
   * @param columns of the file
   * @param mapping as the caller gave it: column -> target
   * @param clears the columns whose blank cells empty the field; true for all
   * @param who what is hidden from him is not there
   * @throws RuleViolation `import.unknown-column` and `import.unknown-target` with `allowed`, `import.target-twice`,
   *   `import.no-mapping`
   */
  constructor(
    resource: Resource,
    columns: readonly string[],
    mapping: Readonly<Record<string, unknown>>,
    private readonly clears: boolean | readonly string[],
    who: RequestContext,
  ) {
    const seen = new Set<string>();
    this.places = Object.entries(mapping).map(([column, text]) => {
      const place = columns.indexOf(column);
      if (place < 0) throw unknown(column, "import.unknown-column", "The file has no such column.", columns);
      const target = typeof text === "string" ? importTarget(resource, text, who) : undefined;
      if (!target) {
        const allowed = importTargets(resource, who).map(({ name }) => name);
        throw unknown(column, "import.unknown-target", `There is nothing like ${String(text)}.`, allowed);
      }
      if (seen.has(target.name))
        throw unknown(column, "import.target-twice", `Another column is ${target.name} already.`, []);
      seen.add(target.name);
      return { place, column, target };
    });
    const stranger = clears === true || clears === false ? undefined : clears.find((one) => !(one in mapping));
    if (stranger !== undefined)
      throw unknown(stranger, "import.unknown-column", "Such a column is not mapped.", Object.keys(mapping), "clears");
    if (this.places.length === 0)
      throw new RuleViolation("import.no-mapping", "Say by `mapping` what at least one column holds.");
  }

  /** The targets by the names of their columns. */
  get targets(): ReadonlyMap<string, ImportTarget> {
    return new Map(this.places.map(({ column, target }) => [column, target]));
  }

  /** The lists of which the file gives some kinds, and not all. */
  get inPart(): readonly string[] {
    const targets = this.places.map(({ target }) => target);
    const lists = new Set(targets.flatMap(({ kindOf }) => kindOf ?? []));
    return [...lists].filter((list) => !targets.some(({ name }) => name === list));
  }

  /** @returns the cells of a row as the data of a record; blank ones are left out, or null */
  read(cells: readonly string[], options: CellOptions): RowData {
    const row: RowData = { data: {}, names: [], errors: [] };
    for (const { place, column, target } of this.places) {
      const { value, error } = cellOf(target, cells[place]!, options);
      if (error) row.errors.push({ field: column, ...error });
      else if (value === null) this.blank(row, column, target);
      else if (target.named) row.names.push({ target, name: value as string });
      else target.put(row.data, value);
    }
    return row;
  }

  private blank({ data }: RowData, column: string, target: ImportTarget): void {
    const { clears } = this;
    if (
      !(clears === true || (clears && clears.includes(column))) ||
      NEVER_CLEARED.test(target.name) ||
      target.kind === "json"
    )
      return;
    target.put(data, target.kind === "list" || target.unlisted === "list" ? [] : null);
  }
}

function cellOf(target: ImportTarget, text: string, options: CellOptions): CellResult {
  const cell = readCell(target, text, options);
  return cell.error && target.unlisted ? readCell({ kind: target.unlisted }, text, options) : cell;
}

function unknown(
  column: string,
  code: string,
  message: string,
  allowed: readonly string[],
  option = "mapping",
): RuleViolation {
  const field = `${option}.${column}`;
  return new RuleViolation(code, `${field}: ${message}`, { errors: [{ field, code, message }], allowed: [...allowed] });
}

/** @returns what the columns of a file seem to hold, of what the caller may know of */
export function suggestedMapping(
  resource: Resource,
  columns: readonly string[],
  who: RequestContext,
): MappingSuggestion[] {
  // As an export has them.
  const systems = columns.filter((column) => /^externalIds\../.test(column));
  const targets = importTargets(resource, who);
  // `contactPoints.email` is what others call an e-mail.
  const known = targets.map((one) => ({ ...one, name: one.name.replace(/^contactPoints\./, "") }));
  const suggested = suggestMapping(columns, known).map((one) => {
    const { name } = targets[known.findIndex((field) => field.name === one.field)]!;
    return { ...one, field: name };
  });
  // The name that an export has beside an id says nothing that the id does not.
  const ids = new Set(suggested.map(({ field }) => `${field}.name`));
  return [
    ...suggested.filter(({ field }) => !ids.has(field)),
    ...systems.map((column) => ({ column, field: column, confidence: "exact" }) as const),
  ];
}

/** @returns how cells are read, with what the company has decided where the options say nothing */
export function cellOptions(options: ImportOptions, settings: Settings, timeZone: string | null): CellOptions {
  const { decimal, dayOrder, currency = settings.currency } = options;
  return {
    timeZone: timeZone ?? settings.timeZone,
    currency,
    ...(decimal && { decimal }),
    ...(dayOrder && { dayOrder }),
  };
}

/** @returns how the file is read, where the options say it */
export function tableOptions({ encoding, delimiter, header, sheet, decimal }: ImportOptions): TableOptions {
  return {
    ...(encoding !== undefined && { encoding }),
    ...(delimiter !== undefined && { delimiter }),
    ...(header !== undefined && { header }),
    ...(sheet !== undefined && { sheet }),
    ...(decimal !== undefined && { decimal }),
  } as TableOptions;
}
