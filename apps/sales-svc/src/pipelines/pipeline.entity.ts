import { Conflict, type DomainEvent, type PipelineState, type Stage } from "@kehu/contracts";
import { assign, event, RecordEntity, required } from "@kehu/records";
import { Column, Entity } from "typeorm";
import { rewriteStages } from "./pipeline-stages.ts";
import type { CreatePipeline, ImportPipeline, UpdatePipeline } from "./pipeline.dto.ts";

/** Id of a pipeline -> names of its stages in which opportunities stand -> their categories. */
export type StagesInUse = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The way of a deal, as stages. It belongs to nobody. One pipeline is the default; there is always one. */
@Entity({ schema: "sales", name: "pipeline" })
export class Pipeline extends RecordEntity {
  @Column("text") name: string;
  @Column("boolean", { name: "is_default" }) isDefault: boolean;
  @Column("jsonb") stages: Stage[];

  open(data: CreatePipeline, now: Date): DomainEvent[] {
    this.begin();
    this.set(data, new Map());
    return [event("sales.pipeline.created", this, now)];
  }

  imported(data: Partial<ImportPipeline>, now: Date, used: StagesInUse): DomainEvent[] {
    const isNew = this.version === 0;
    if (isNew && data.name === undefined) throw required("name");
    if (isNew && data.stages === undefined) throw required("stages");
    if (isNew) this.begin();
    if (!this.set(data, used)) return [];
    return [event(isNew ? "sales.pipeline.created" : "sales.pipeline.updated", this, now)];
  }

  update(patch: UpdatePipeline, now: Date, used: StagesInUse): DomainEvent[] {
    return this.set(patch, used) ? [event("sales.pipeline.updated", this, now)] : [];
  }

  /** The service has the former default give way in the same transaction. */
  becomeDefault(now: Date): DomainEvent[] {
    return assign(this, { isDefault: true }) ? [event("sales.pipeline.updated", this, now)] : [];
  }

  giveWay(now: Date): DomainEvent[] {
    return assign(this, { isDefault: false }) ? [event("sales.pipeline.updated", this, now)] : [];
  }

  remove(now: Date, used: StagesInUse = new Map()): DomainEvent[] {
    if (this.isDefault) throw new Conflict("pipeline.is-default", "Make another pipeline the default first.");
    if (used.has(this.id)) throw new Conflict("pipeline.in-use", "Opportunities stand in this pipeline.");
    this.deletedAt = now;
    return [event("sales.pipeline.deleted", this, now)];
  }

  override mustStand(used: StagesInUse): void {
    const stands = ([name, category]: readonly [string, string]) =>
      this.stages.some((stage) => stage.name === name && stage.category === category);
    if ([...(used.get(this.id) ?? [])].every(stands)) return;
    throw new Conflict("pipeline.stage-in-use", "Opportunities stand in a stage that it had not before.");
  }

  restore(now: Date): DomainEvent[] {
    this.deletedAt = null;
    return [event("sales.pipeline.restored", this, now)];
  }

  state(): PipelineState {
    return { ...this.base(), name: this.name, isDefault: this.isDefault, stages: this.stages };
  }

  private begin(): void {
    Object.assign(this, { ownerId: null, isDefault: false, stages: [] });
  }

  private set({ stages, ...patch }: UpdatePipeline, used: StagesInUse): boolean {
    const rewritten = stages && rewriteStages(stages, this.stages, used.get(this.id) ?? new Map());
    return assign(this, { ...patch, stages: rewritten });
  }
}
