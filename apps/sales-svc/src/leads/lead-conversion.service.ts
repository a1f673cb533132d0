import type { RequestContext } from "@kehu/auth";
import type { Tx } from "@kehu/database";
import { fields, mustBeListed, mustSet, reference, References, Writing, type Resource } from "@kehu/records";
import { Injectable } from "@nestjs/common";
import { ACCOUNT, CONTACT } from "../customers/customer-references.ts";
import { CustomersService } from "../customers/customers.service.ts";
import { OPPORTUNITIES } from "../opportunities/opportunities.resource.ts";
import { OpportunitiesService } from "../opportunities/opportunities.service.ts";
import { OPPORTUNITY } from "../opportunities/opportunity-reference.ts";
import { PIPELINE } from "../pipelines/pipelines.resource.ts";
import { opportunityName, partiesOf, type Found } from "./lead-conversion.ts";
import { mustLead } from "./lead-status.ts";
import type { ConvertLead } from "./lead.dto.ts";
import type { Conversion, Lead } from "./lead.entity.ts";
import { LEADS } from "./leads.resource.ts";

/** The records that a conversion may refer to, by their place in the request. */
const TARGETS: Resource<Lead> = {
  ...LEADS,
  fields: fields({
    "account.id": reference("Account", "客户", ACCOUNT),
    "contact.id": reference("Contact", "联系人", CONTACT),
    "opportunity.id": reference("Opportunity", "商机", OPPORTUNITY),
    "opportunity.pipelineId": reference("Pipeline", "销售流程", PIPELINE),
  }),
};

/** Turns a lead into account, contact and opportunity: sales decides and makes the ids, customer-svc follows. */
@Injectable()
export class LeadConversionService {
  constructor(
    private readonly writing: Writing,
    private readonly references: References,
    private readonly customers: CustomersService,
    private readonly opportunities: OpportunitiesService,
  ) {}

  /** One transaction. The lead is locked first, then the opportunity: who converts into one deal at once must wait. */
  async convert(id: string, body: ConvertLead, who: RequestContext) {
    mustSet(LEADS, { status: "converted" }, who);
    mustSet(OPPORTUNITIES, body.opportunity ?? {}, who);
    mustSet({ concept: "customer.account" }, body.account ?? {}, who);
    const mustTake = await this.listsFor(body, who);
    const given = {
      "account.id": body.account?.id,
      "contact.id": body.contact?.id,
      "opportunity.id": body.opportunity?.id,
      "opportunity.pipelineId": body.opportunity?.pipelineId,
    };
    await this.references.arrive(TARGETS, [given], who);
    return this.writing.records.change(LEADS, id, who, async (lead, tx) => {
      mustLead(lead.status, "converted");
      mustTake(lead);
      const found: Found = await this.references.resolve(tx, TARGETS, given, who);
      const parties = partiesOf(lead, body, found);
      await this.customers.expect(tx, lead.ownerId, parties.account, parties.contact);
      const opportunityId = await this.opportunityOf(tx, lead, parties, body, found, who);
      return lead.convert({ ...parties, opportunityId }, this.writing.clock.now());
    });
  }

  /** @returns what checks the values that the caller sent; what the lead has goes along as it is */
  private async listsFor({ account, opportunity }: ConvertLead, who: RequestContext) {
    const deal = opportunity ?? {};
    // An account takes its industry from the vocabulary that a lead takes it from.
    const company = { industry: account?.industry };
    const [deals, leads] = [
      await this.writing.custom.of(OPPORTUNITIES, deal),
      await this.writing.custom.of(LEADS, company),
    ];
    return (lead: Lead) => {
      mustBeListed(deals, null, deal, who);
      mustBeListed(leads, lead, company, who);
    };
  }

  private async opportunityOf(
    tx: Tx,
    lead: Lead,
    { accountId, contactId }: Omit<Conversion, "opportunityId">,
    { opportunity }: ConvertLead,
    found: Found,
    who: RequestContext,
  ): Promise<string | null> {
    if (opportunity === null) return null;
    const origin = { leadId: lead.id, accountId, contactId };
    const existing = found["opportunity.id"];
    if (existing) return this.opportunities.joinLead(tx, existing, origin, who);
    const { campaignId, source, ownerId } = lead;
    const name = opportunity?.name ?? opportunityName(lead);
    const data = {
      ...opportunity,
      ...origin,
      id: undefined,
      pipelineId: found["opportunity.pipelineId"],
      name,
      campaignId,
      source,
      ownerId,
    };
    return this.opportunities.openFromLead(tx, data, who);
  }
}
