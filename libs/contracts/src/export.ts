import { Type, type Static } from "typebox";
import { concept, oneOf, RecordState } from "./event.ts";

export const EXPORT_FORMATS = ["csv", "xlsx"] as const;

/** A list that somebody took out as a file. It is its owner's who asked for it; `changed` names the columns of the file. */
export const ExportState = Type.Object({
  ...RecordState,
  /** Name of the resource: `accounts`. */
  resource: Type.String(),
  format: oneOf(EXPORT_FORMATS),
  rows: Type.Integer(),
  bytes: Type.Integer(),
});
export type ExportState = Static<typeof ExportState>;

const EXAMPLE: ExportState = {
  id: "0199c1a0-0000-7000-8000-0000000000e1",
  ownerId: "0199c1a0-0000-7000-8000-00000000000a",
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  resource: "accounts",
  format: "csv",
  rows: 2,
  bytes: 210,
};

const customerExport = concept("kehu.customer.export", "export", ExportState, EXAMPLE);
const salesExport = concept("kehu.sales.export", "export", ExportState, EXAMPLE);
const serviceDeskExport = concept("kehu.service-desk.export", "export", ExportState, EXAMPLE);
const marketingExport = concept("kehu.marketing.export", "export", ExportState, EXAMPLE);

export const EXPORT_EVENTS = {
  "customer.export.completed": customerExport(),
  "customer.export.downloaded": customerExport(),
  "sales.export.completed": salesExport(),
  "sales.export.downloaded": salesExport(),
  "service-desk.export.completed": serviceDeskExport(),
  "service-desk.export.downloaded": serviceDeskExport(),
  "marketing.export.completed": marketingExport(),
  "marketing.export.downloaded": marketingExport(),
};
