import { DIRECTIONS, INTERACTION_KINDS, LINK_TYPES } from "@kehu/contracts";
import { choice, ownedFields, instant, integer, json, links, longText, resource, text } from "@kehu/records";
import { LINK_TARGETS } from "../links/link-targets.ts";
import { linkedTo } from "../links/linked-to.ts";
import { CreateInteraction, ImportInteraction, UpdateInteraction } from "./interaction.dto.ts";
import { Interaction } from "./interaction.entity.ts";

const EXTERNAL_LINKS_SCHEMA = {
  type: "array",
  items: {
    type: "object",
    required: ["type", "system", "id"],
    properties: { type: { type: "string", enum: LINK_TYPES }, system: { type: "string" }, id: { type: "string" } },
  },
};

export const INTERACTIONS = resource<Interaction>({
  name: "interactions",
  type: "interaction",
  concept: "customer.interaction",
  snapshot: "customer.interaction.snapshot",
  purged: "customer.interaction.purged",
  updated: "customer.interaction.updated",
  table: "interaction",
  entity: Interaction,
  permissions: {
    read: "customer.interaction.read",
    write: "customer.interaction.write",
    import: "customer.interaction.import",
    export: "customer.interaction.export",
  },
  fields: ownedFields({
    kind: choice("Kind", "类型", INTERACTION_KINDS, { required: true }),
    direction: choice("Direction", "方向", DIRECTIONS),
    subject: text("Subject", "主题"),
    body: longText("Body", "内容", { filterable: false, personal: true }),
    occurredAt: instant("Occurred", "发生时间", { required: true }),
    endedAt: instant("Ended", "结束时间"),
    durationSeconds: integer("Duration in seconds", "时长（秒）"),
    purpose: text("Purpose", "目的", { vocabulary: "interactionPurpose" }),
    outcome: text("Outcome", "结果", { vocabulary: "interactionOutcome" }),
    links: links("Links", "关联记录", LINK_TARGETS, { table: "interaction_link", column: "interaction_id" }),
    externalLinks: json("Links to other systems", "外部关联", EXTERNAL_LINKS_SCHEMA, { neverNull: true }),
  }),
  naming: (subject, bind) => linkedTo("interaction", subject, bind),
  keywords: ["subject", "purpose", "outcome"],
  dto: { create: CreateInteraction, update: UpdateInteraction, import: ImportInteraction },
  defaultSort: ["-occurredAt"],
});
