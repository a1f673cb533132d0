import { MOST_COLUMNS, type TableFieldKind, type WrittenColumn } from "@kehu/importing";
import { Malformed, RuleViolation, type ExternalId } from "@kehu/contracts";
import { customEntries } from "../custom-fields.ts";
import { cellOfIds } from "../external-id-cells.ts";
import { besideName, type Field, type FieldMap } from "../field.ts";
import type { RecordView } from "../view.ts";

/** A column of the file, and where its values stand in a record as the API shows it. */
export interface ExportColumn extends WrittenColumn {
  valueIn: (view: RecordView) => unknown;
}

/**
 * The fields that a file holds.
 *
 * @param open the fields that the caller may see
 * @param asked the names that he gave; null for all
 * @returns their names in his order
 * @throws Malformed `fields.unknown` with `allowed`
 */
export function exportedFields(open: FieldMap, asked: readonly string[] | null): string[] {
  const all = Object.keys(open).filter((name) => name !== "custom" && (open[name]!.shown || open[name]!.custom));
  if (!asked) return all;
  const allowed = Object.hasOwn(open, "custom") ? [...all, "custom"] : all;
  if (!asked.every((name) => allowed.includes(name)))
    throw new Malformed("fields.unknown", "There is no such field.", { allowed });
  const ofCompany = customEntries(open).map(([name]) => name);
  const names = [...new Set(asked.flatMap((name) => (name === "custom" ? ofCompany : [name])))];
  if (names.length === 0) throw new Malformed("fields.unknown", "A file has at least one field.", { allowed });
  return names;
}

/**
 * The columns of a file. They are called as the fields are, so that an import finds them again; beside a reference stands
 * the name of its record, and of external ids there is a column for each system.
 *
 * @param systems the systems of external ids that occur
 * @throws RuleViolation `export.too-large`
 */
export function columnsOf(open: FieldMap, names: readonly string[], systems: readonly string[]): ExportColumn[] {
  const columns = names.flatMap((name) => {
    const field = open[name]!;
    if (name === "externalIds" && (systems.length > 0 || names.length > 1)) return systems.map(externalIdColumn);
    return field.custom ? customColumns(name, field) : ownColumns(name, field);
  });
  if (columns.length > MOST_COLUMNS)
    throw new RuleViolation("export.too-large", `A file has at most ${MOST_COLUMNS} columns. Ask for fewer fields.`);
  return columns;
}

function ownColumns(name: string, field: Field): ExportColumn[] {
  const beside = besideName(name);
  const own = { name, kind: kindOf(field), valueIn: (view: RecordView) => filled(view[name]) };
  return field.target ? [own, { name: beside, kind: "text", valueIn: (view) => view[beside] }] : [own];
}

function customColumns(name: string, field: Field): ExportColumn[] {
  const property = field.custom!.name;
  const valueOf = (of: string) => (view: RecordView) =>
    filled((view["custom"] as Readonly<Record<string, unknown>> | undefined)?.[of]);
  const own = { name, kind: kindOf(field), valueIn: valueOf(property) };
  return field.target ? [own, { name: besideName(name), kind: "text", valueIn: valueOf(besideName(property)) }] : [own];
}

const externalIdColumn = (system: string): ExportColumn => ({
  name: `externalIds.${system}`,
  kind: "text",
  valueIn: ({ externalIds }) => {
    const ids = (externalIds as readonly ExternalId[]).flatMap((one) => (one.system === system ? one.id : []));
    return ids.length > 0 ? cellOfIds(ids) : null;
  },
});

const kindOf = ({ kind }: Field): TableFieldKind => (kind === "choices" ? "multipleChoice" : kind);

/** An empty list is an empty cell. */
const filled = (value: unknown) => (Array.isArray(value) && value.length === 0 ? null : value);
