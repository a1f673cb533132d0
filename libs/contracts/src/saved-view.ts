import { Type, type Static } from "typebox";
import { concept, nullable, oneOf, RecordState } from "./event.ts";

/** Who sees a saved view: its owner, the team in which he is, or who may read the records. */
export const VIEW_VISIBILITIES = ["private", "team", "everyone"] as const;
export type ViewVisibility = (typeof VIEW_VISIBILITIES)[number];

/** A list as somebody saved it: what it finds, which fields it shows, in which order. */
export const SavedViewState = Type.Object({
  ...RecordState,
  /** Name of the resource: `accounts`. */
  resource: Type.String(),
  name: Type.String(),
  visibility: oneOf(VIEW_VISIBILITIES),
  /** A filter tree, as a search takes it. */
  where: nullable(Type.Record(Type.String(), Type.Unknown())),
  q: nullable(Type.String()),
  /** The fields to show; null for all. */
  fields: nullable(Type.Array(Type.String())),
  /** Null for the order of the list. */
  sort: nullable(Type.Array(Type.String())),
  /** Among the views that its owner has of the resource. */
  isDefault: Type.Boolean(),
});
export type SavedViewState = Static<typeof SavedViewState>;

const EXAMPLE: SavedViewState = {
  id: "0199c1a0-0000-7000-8000-0000000000f2",
  ownerId: "0199c1a0-0000-7000-8000-00000000000a",
  externalIds: [],
  createdAt: "2026-01-02T03:04:05.000Z",
  updatedAt: "2026-01-02T03:04:05.000Z",
  deletedAt: null,
  resource: "accounts",
  name: "East, newest first",
  visibility: "team",
  where: { field: "industry", op: "eq", value: "Software" },
  q: null,
  fields: ["name", "industry"],
  sort: ["-createdAt"],
  isDefault: false,
};

const customerView = concept("kehu.customer.view", "view", SavedViewState, EXAMPLE);
const salesView = concept("kehu.sales.view", "view", SavedViewState, EXAMPLE);
const serviceDeskView = concept("kehu.service-desk.view", "view", SavedViewState, EXAMPLE);
const marketingView = concept("kehu.marketing.view", "view", SavedViewState, EXAMPLE);

export const SAVED_VIEW_EVENTS = {
  "customer.view.created": customerView(),
  "customer.view.updated": customerView(),
  "customer.view.deleted": customerView(),
  "customer.view.restored": customerView(),
  "customer.view.purged": customerView.purged,
  "customer.view.snapshot": customerView(),
  "sales.view.created": salesView(),
  "sales.view.updated": salesView(),
  "sales.view.deleted": salesView(),
  "sales.view.restored": salesView(),
  "sales.view.purged": salesView.purged,
  "sales.view.snapshot": salesView(),
  "service-desk.view.created": serviceDeskView(),
  "service-desk.view.updated": serviceDeskView(),
  "service-desk.view.deleted": serviceDeskView(),
  "service-desk.view.restored": serviceDeskView(),
  "service-desk.view.purged": serviceDeskView.purged,
  "service-desk.view.snapshot": serviceDeskView(),
  "marketing.view.created": marketingView(),
  "marketing.view.updated": marketingView(),
  "marketing.view.deleted": marketingView(),
  "marketing.view.restored": marketingView(),
  "marketing.view.purged": marketingView.purged,
  "marketing.view.snapshot": marketingView(),
};
