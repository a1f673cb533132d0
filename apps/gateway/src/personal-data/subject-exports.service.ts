import type { RequestContext } from "@kehu/auth";
import { Clock, type Subject } from "@kehu/records";
import { Injectable, StreamableFile } from "@nestjs/common";
import { AuditLog } from "../audit/audit-log.service.ts";
import { addressOf, type AuditedRequest } from "../audit/audited-request.ts";
import { ServiceRequests } from "../routing/service-requests.service.ts";
import { filesOf, type Kind } from "./subject-files.ts";
import { zipOf } from "./zip.ts";

/** Which service has the records from which a person comes. */
const HOME = { contact: "customer", lead: "sales" } as const;

type Found = Omit<Subject, "personId"> & { erasedAt: string | null };

interface Part {
  kinds: Kind[];
  history: Kind["records"];
}

/** Puts together what all services hold about a person: all of it, or nothing. */
@Injectable()
export class SubjectExportsService {
  constructor(
    private readonly services: ServiceRequests,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async export(
    type: keyof typeof HOME,
    id: string,
    who: RequestContext,
    request: AuditedRequest,
  ): Promise<StreamableFile> {
    const { subject, erasedAt } = await this.subjectOf(type, id, who);
    const { personId, ...body } = subject;
    const question = { ...EXPORT, method: "POST", path: `/internal/persons/${personId}/part`, body } as const;
    const parts = await this.services.askAll<Part>(question, who);
    const kinds = parts.flatMap((part) => part.kinds);
    const history = { name: "history", records: parts.flatMap((part) => part.history) };
    const exportedBy = { type: who.actorType, id: who.actorId };
    const about = { exportedAt: this.clock.now(), exportedBy, subject, erasedAt };
    const zip = zipOf(filesOf(about, [...kinds, history]));
    await this.audit.writeFirst({
      action: "operations.personal-data.exported",
      outcome: "done",
      caller: who,
      address: addressOf(request),
      requestId: who.requestId,
      recordType: type,
      recordId: id,
    });
    return new StreamableFile(zip, {
      type: "application/zip",
      disposition: `attachment; filename="person-${personId}.zip"`,
    });
  }

  /** The person, and all records that are he, wherever they are. */
  private async subjectOf(type: keyof typeof HOME, id: string, who: RequestContext) {
    const path = `/internal/records/${type}/${id}/person`;
    const { personId } = await this.services.ask<{ personId: string }>(HOME[type], { ...EXPORT, path }, who);
    const found = await this.services.askAll<Found>({ ...EXPORT, path: `/internal/persons/${personId}/records` }, who);
    const subject: Subject = {
      personId,
      contactIds: found.flatMap(({ contactIds }) => contactIds),
      leadIds: found.flatMap(({ leadIds }) => leadIds),
    };
    return { subject, erasedAt: found.find(({ erasedAt }) => erasedAt !== null)?.erasedAt ?? null };
  }
}

const EXPORT = { method: "GET", permissions: ["operations.personal-data.export"] } as const;
