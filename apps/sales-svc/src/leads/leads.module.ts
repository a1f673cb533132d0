import { Module } from "@nestjs/common";
import { TypeOrmModule } from "@nestjs/typeorm";
import { CustomersModule } from "../customers/customers.module.ts";
import { OpportunitiesModule } from "../opportunities/opportunities.module.ts";
import { LeadConversionService } from "./lead-conversion.service.ts";
import { Lead } from "./lead.entity.ts";
import { LeadRevealsController } from "./lead-reveals.controller.ts";
import { LeadsController } from "./leads.controller.ts";
import { LeadsService } from "./leads.service.ts";

@Module({
  imports: [TypeOrmModule.forFeature([Lead]), CustomersModule, OpportunitiesModule],
  controllers: [LeadsController, LeadRevealsController],
  providers: [LeadsService, LeadConversionService],
})
export class LeadsModule {}
