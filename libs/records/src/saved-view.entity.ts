import type { DomainEvent, EventType, SavedViewState, ViewVisibility } from "@kehu/contracts";
import { Column } from "typeorm";
import { assign, event, RecordEntity } from "./record.entity.ts";
import type { CreateSavedView, UpdateSavedView } from "./saved-view.dto.ts";

/** The event types of one service's views. */
export interface ViewNews {
  created: EventType;
  updated: EventType;
  deleted: EventType;
  restored: EventType;
}

/** A list that somebody has saved: what it finds, which fields it shows, in which order. */
export abstract class SavedView extends RecordEntity {
  @Column("text") resource: string;
  @Column("text") name: string;
  @Column("text") visibility: ViewVisibility;
  @Column("jsonb", { name: "filter_tree", nullable: true }) where: object | null;
  @Column("text", { nullable: true }) q: string | null;
  @Column("jsonb", { name: "columns", nullable: true }) fields: string[] | null;
  @Column("jsonb", { nullable: true }) sort: string[] | null;
  @Column("boolean", { name: "is_default" }) isDefault: boolean;

  protected abstract get news(): ViewNews;

  open(data: CreateSavedView & { resource: string }, now: Date): DomainEvent[] {
    const { resource, name, visibility = "private", where = null, q = null, fields = null, sort = null } = data;
    assign(this, { resource, name, visibility, where, q, fields, sort, isDefault: data.isDefault ?? false });
    return [event(this.news.created, this, now)];
  }

  imported(data: CreateSavedView & { resource: string }, now: Date): DomainEvent[] {
    return this.version === 0 ? this.open(data, now) : this.update(data, now);
  }

  update(patch: UpdateSavedView, now: Date): DomainEvent[] {
    return assign(this, patch) ? [event(this.news.updated, this, now)] : [];
  }

  remove(now: Date): DomainEvent[] {
    this.deletedAt = now;
    return [event(this.news.deleted, this, now)];
  }

  /** Another one may have become the default since. */
  restore(now: Date): DomainEvent[] {
    this.deletedAt = null;
    this.isDefault = false;
    return [event(this.news.restored, this, now)];
  }

  state(): SavedViewState {
    const { resource, name, visibility, q, fields, sort, isDefault } = this;
    const where = this.where as SavedViewState["where"];
    return { ...this.base(), resource, name, visibility, where, q, fields, sort, isDefault };
  }
}
