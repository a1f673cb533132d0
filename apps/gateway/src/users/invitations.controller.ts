import { Cost, Public, type IncomingRequest } from "@kehu/auth";
import { Body, Controller, Header, HttpCode, Param, Post, Req } from "@nestjs/common";
import { InvitationsService } from "./invitations.service.ts";
import { AcceptInvitation } from "./user.dto.ts";

@Controller("v1/auth/invitations")
export class InvitationsController {
  constructor(private readonly invitations: InvitationsService) {}

  @Post(":token/accept")
  @Public()
  @Cost(10)
  @HttpCode(200)
  @Header("cache-control", "no-store")
  accept(@Param("token") token: string, @Body() body: AcceptInvitation, @Req() request: IncomingRequest) {
    return this.invitations.accept(token, body.password, request);
  }
}
