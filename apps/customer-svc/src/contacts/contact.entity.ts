import { ERASED, RuleViolation, type Collaborator, type ContactState, type DomainEvent } from "@kehu/contracts";
import { assign, event, type Holder, OwnedEntity, required } from "@kehu/records";
import { Column, Entity } from "typeorm";
import { v7 as uuidv7 } from "uuid";
import { normalPoints, type KeptPoint } from "./contact-points.ts";
import { contactOf, type ConvertedPerson } from "./converted-person.ts";
import type { CreateContact, ImportContact, UpdateContact } from "./contact.dto.ts";

@Entity({ schema: "customer", name: "contact" })
export class Contact extends OwnedEntity {
  @Column("uuid", { name: "person_id" }) personId: string;
  @Column("text", { name: "first_name", nullable: true }) firstName: string | null;
  @Column("text", { name: "last_name" }) lastName: string;
  @Column("text", { nullable: true }) title: string | null;
  @Column("uuid", { name: "account_id", nullable: true }) accountId: string | null;
  @Column("text", { nullable: true }) source: string | null;
  /** Encrypted in its column. */
  @Column("text", { name: "contact_points", nullable: true }) contactPoints: KeptPoint[];

  open(data: CreateContact, now: Date, country: string): DomainEvent[] {
    this.begin();
    this.set(data, country);
    return [event("customer.contact.created", this, now)];
  }

  imported(data: Partial<ImportContact>, now: Date, country: string): DomainEvent[] {
    const isNew = this.version === 0;
    if (isNew && data.lastName === undefined) throw required("lastName");
    if (isNew) this.begin();
    else this.mustStay(data.personId);
    if (!this.set(data, country)) return [];
    return [event(isNew ? "customer.contact.created" : "customer.contact.updated", this, now)];
  }

  /** Born of a lead. Nothing is refused: sales has decided. */
  converted(person: ConvertedPerson, now: Date): DomainEvent[] {
    assign(this, contactOf(person));
    return [event("customer.contact.created", this, now)];
  }

  update(patch: UpdateContact, now: Date, country: string): DomainEvent[] {
    return this.set(patch, country) ? [event("customer.contact.updated", this, now)] : [];
  }

  handOver(holder: Holder, now: Date): DomainEvent[] {
    const from = this.ownerId;
    return assign(this, holder) ? [event("customer.contact.owner-changed", this, now, { from })] : [];
  }

  share(collaborators: Collaborator[], now: Date): DomainEvent[] {
    return assign(this, { collaborators }) ? [event("customer.contact.updated", this, now)] : [];
  }

  remove(now: Date): DomainEvent[] {
    this.deletedAt = now;
    return [event("customer.contact.deleted", this, now)];
  }

  restore(now: Date): DomainEvent[] {
    this.deletedAt = null;
    return [event("customer.contact.restored", this, now)];
  }

  /** Overwrites what says who the person is; his company and what was done with him stays. */
  override erase(now: Date): DomainEvent[] {
    const differs = assign(this, {
      firstName: null,
      lastName: ERASED,
      title: null,
      contactPoints: [],
      custom: {},
      tags: [],
    });
    return differs ? [event("customer.contact.erased", this, now)] : [];
  }

  state(): ContactState {
    return {
      ...this.base(),
      personId: this.personId,
      firstName: this.firstName,
      lastName: this.lastName,
      title: this.title,
      accountId: this.accountId,
      source: this.source,
      contactPoints: this.contactPoints,
    };
  }

  /** Values of a kind of contact point. */
  valuesOf(kind: KeptPoint["kind"]): string[] {
    return this.contactPoints.filter((point) => point.kind === kind).map(({ value }) => value);
  }

  private begin(): void {
    this.personId = uuidv7();
    this.contactPoints = [];
  }

  /** As another person he would leave behind what is sealed with the key of the first, and erasure would miss it. */
  private mustStay(personId: string | undefined): void {
    if (personId === undefined || personId.toLowerCase() === this.personId) return;
    const code = "contact.person-stays";
    const message = "A contact who is there stays the person that he is.";
    throw new RuleViolation(code, message, { errors: [{ field: "personId", code, message }] });
  }

  private set({ contactPoints, personId, ...patch }: Partial<ImportContact>, country: string): boolean {
    return assign(this, {
      ...patch,
      personId: personId?.toLowerCase(),
      contactPoints: contactPoints && normalPoints(contactPoints, country),
    });
  }
}
