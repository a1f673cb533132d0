import { OwnAccess, RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { Body, Controller, Delete, Get, HttpCode, Ip, Param, Post } from "@nestjs/common";
import { OpenSessions } from "./open-sessions.service.ts";
import { ChangePasswordDto } from "./sessions.dto.ts";

@Controller("v1")
export class OpenSessionsController {
  constructor(private readonly sessions: OpenSessions) {}

  @Get("me/sessions")
  @OwnAccess()
  async mine(@Who() who: RequestContext) {
    const sessions = await this.sessions.list(who.actorId);
    return { data: sessions.map((session) => ({ ...session, current: session.id === who.sessionId })) };
  }

  /** Ends all but the one in which this is asked. */
  @Delete("me/sessions")
  @OwnAccess()
  @HttpCode(204)
  async endOthers(@Who() who: RequestContext) {
    await this.sessions.endAll(who.actorId, who.sessionId);
  }

  @Delete("me/sessions/:id")
  @OwnAccess()
  @HttpCode(204)
  async endMine(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    await this.sessions.end(who.actorId, id);
  }

  @Post("me/password")
  @OwnAccess()
  @HttpCode(204)
  async changePassword(@Body() body: ChangePasswordDto, @Who() who: RequestContext, @Ip() address: string) {
    const { currentPassword, newPassword } = body;
    await this.sessions.changePassword(who.actorId, currentPassword, newPassword, who.sessionId!, address);
  }

  @Get("users/:id/sessions")
  @RequirePermission("identity.user.write")
  async of(@Param("id", ParseId) id: string) {
    await this.sessions.mustKnow(id);
    return { data: await this.sessions.list(id) };
  }

  @Delete("users/:id/sessions")
  @RequirePermission("identity.user.write")
  @HttpCode(204)
  async endAllOf(@Param("id", ParseId) id: string) {
    await this.sessions.mustKnow(id);
    await this.sessions.endAll(id, null);
  }
}
