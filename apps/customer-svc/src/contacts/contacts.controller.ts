import { RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseCollaboratorType, ParseId } from "@kehu/http";
import {
  Answers,
  BulkRequest,
  CollaboratorDto,
  History,
  ListParameters,
  OwnerDto,
  RecordQueries,
  SearchRequest,
  Takes,
  withParameter,
} from "@kehu/records";
import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from "@nestjs/common";
import { CreateContact, UpdateContact } from "./contact.dto.ts";
import { CONTACTS } from "./contacts.resource.ts";
import { ContactsService } from "./contacts.service.ts";

@Controller("v1/contacts")
export class ContactsController {
  constructor(
    private readonly contacts: ContactsService,
    private readonly queries: RecordQueries,
    private readonly history: History,
  ) {}

  @Get()
  @RequirePermission("customer.contact.read")
  @Answers("page", CONTACTS)
  list(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.list(CONTACTS, query, who);
  }

  @Post("search")
  @RequirePermission("customer.contact.read")
  @Answers("page", CONTACTS)
  search(@Body() body: SearchRequest, @Who() who: RequestContext) {
    return this.queries.search(CONTACTS, body, who);
  }

  @Get("aggregate")
  @RequirePermission("customer.contact.read")
  @Answers("aggregate", CONTACTS)
  aggregate(@Query() query: ListParameters, @Who() who: RequestContext) {
    return this.queries.aggregate(CONTACTS, query, who);
  }

  @Get("fields")
  @RequirePermission("customer.contact.read")
  @Answers("fields", CONTACTS)
  fields(@Who() who: RequestContext) {
    return this.queries.fields(CONTACTS, who);
  }

  @Get(":id")
  @RequirePermission("customer.contact.read")
  @Answers("record", CONTACTS)
  get(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.queries.get(CONTACTS, id, who);
  }

  @Get(":id/history")
  @RequirePermission("customer.contact.read")
  @Answers("history", CONTACTS)
  historyOf(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.history.of(CONTACTS, id, query, who);
  }

  @Post()
  @RequirePermission("customer.contact.write")
  @Answers("created", CONTACTS)
  create(@Body() body: CreateContact, @Who() who: RequestContext) {
    return this.contacts.create(body, who);
  }

  @Patch(":id")
  @RequirePermission("customer.contact.write")
  @Answers("record", CONTACTS)
  update(@Param("id", ParseId) id: string, @Body() body: UpdateContact, @Who() who: RequestContext) {
    return this.contacts.update(id, body, who);
  }

  @Post(":id/owner")
  @RequirePermission("customer.contact.write")
  @Answers("record", CONTACTS)
  handOver(@Param("id", ParseId) id: string, @Body() body: OwnerDto, @Who() who: RequestContext) {
    return this.contacts.handOver(id, body, who);
  }

  @Put(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("customer.contact.write")
  @Answers("record", CONTACTS)
  share(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Body() { access }: CollaboratorDto,
    @Who() who: RequestContext,
  ) {
    return this.contacts.share(id, { type, id: collaboratorId, access }, who);
  }

  @Delete(":id/collaborators/:type/:collaboratorId")
  @RequirePermission("customer.contact.write")
  @Answers("record", CONTACTS)
  unshare(
    @Param("id", ParseId) id: string,
    @Param("type", ParseCollaboratorType) type: "user" | "team",
    @Param("collaboratorId", ParseId) collaboratorId: string,
    @Who() who: RequestContext,
  ) {
    return this.contacts.unshare(id, { type, id: collaboratorId }, who);
  }

  @Delete(":id")
  @RequirePermission("customer.contact.delete")
  @Answers("nothing", CONTACTS)
  @Takes(withParameter(CONTACTS))
  remove(@Param("id", ParseId) id: string, @Query() query: ListParameters, @Who() who: RequestContext) {
    return this.contacts.remove(id, who, query);
  }

  /** How many records refer to it; those that go are deleted with it where `with` names their resource. */
  @Get(":id/dependents")
  @RequirePermission("customer.contact.read")
  dependents(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.contacts.dependents(id, who);
  }

  @Post(":id/restore")
  @RequirePermission("customer.contact.delete")
  @Answers("record", CONTACTS)
  restore(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.contacts.restore(id, who);
  }

  /** Erases the person for good: in all services, in history and in events that were ever published. */
  @Post(":id/erase")
  @RequirePermission("customer.contact.erase")
  @Answers("nothing", CONTACTS)
  erase(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.contacts.erase(id, who);
  }

  @Post("bulk")
  @RequirePermission("customer.contact.write")
  @Answers("bulk", CONTACTS)
  bulk(@Body() body: BulkRequest, @Who() who: RequestContext) {
    return this.contacts.bulk(body, who);
  }
}
