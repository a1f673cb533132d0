import { Cost, OwnAccess, Public, Unauthenticated, Who, type RequestContext } from "@kehu/auth";
import { Body, Controller, Get, Header, HttpCode, Post, Req } from "@nestjs/common";
import type { AuditedRequest } from "../audit/audited-request.ts";
import { LoginDto, RefreshDto } from "./sessions.dto.ts";
import { SessionsQueries } from "./sessions.queries.ts";
import { SessionsService } from "./sessions.service.ts";

@Controller("v1")
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly queries: SessionsQueries,
  ) {}

  @Post("auth/login")
  @Public()
  @Cost(10)
  @HttpCode(200)
  @Header("cache-control", "no-store")
  login(@Body() body: LoginDto, @Req() request: AuditedRequest) {
    return this.sessions.login(body.email, body.password, request);
  }

  @Post("auth/refresh")
  @Public()
  @HttpCode(200)
  @Header("cache-control", "no-store")
  refresh(@Body() body: RefreshDto, @Req() request: AuditedRequest) {
    return this.sessions.refresh(body.refreshToken, request.id);
  }

  @Post("auth/logout")
  @OwnAccess()
  @HttpCode(204)
  async logout(@Who() who: RequestContext) {
    if (who.sessionId !== null) await this.sessions.logout(who.sessionId, who);
  }

  @Get("me")
  @OwnAccess()
  async me(@Who() who: RequestContext) {
    const me = await this.queries.me(who.actorId);
    if (!me) throw new Unauthenticated();
    return me;
  }
}
