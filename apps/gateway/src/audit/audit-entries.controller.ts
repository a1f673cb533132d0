import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ListParameters, PAGING, Takes, type Page } from "@kehu/records";
import { Controller, Get, Header, Query, Req, StreamableFile } from "@nestjs/common";
import { AuditEntriesQueries, type EntryView } from "./audit-entries.queries.ts";
import { csvOf } from "./audit-export.ts";
import { AuditLog } from "./audit-log.service.ts";
import { FILTERS, parseChosen } from "./audit-query.ts";
import { addressOf, type AuditedRequest } from "./audited-request.ts";

/** Entries of one page of an export. */
const PAGE = 1_000;

@Controller("v1/audit-entries")
export class AuditEntriesController {
  constructor(
    private readonly queries: AuditEntriesQueries,
    private readonly audit: AuditLog,
  ) {}

  /** Who did what, and what was refused; newest first. */
  @Get()
  @RequirePermission("identity.audit.read")
  @Takes({ ...FILTERS, ...PAGING })
  list(@Query() query: ListParameters, @Who() who: RequestContext): Promise<Page<EntryView>> {
    return this.queries.list(query, who);
  }

  /** The same as CSV, whole. It is an entry itself, before the first row goes out. */
  @Get("export")
  @RequirePermission("identity.audit.export")
  @Takes(FILTERS)
  @Header("content-type", "text/csv; charset=utf-8")
  async export(
    @Query() query: ListParameters,
    @Who() who: RequestContext,
    @Req() request: AuditedRequest,
  ): Promise<StreamableFile> {
    const chosen = parseChosen(query);
    await this.audit.write({
      action: "identity.audit.exported",
      outcome: "done",
      caller: who,
      address: addressOf(request),
      requestId: who.requestId,
    });
    return new StreamableFile(csvOf(this.queries.pages(chosen, PAGE)), {
      disposition: 'attachment; filename="audit-entries.csv"',
    });
  }
}
