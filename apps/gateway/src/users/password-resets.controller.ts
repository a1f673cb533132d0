import { Cost, Public, RequirePermission, Who, type RequestContext } from "@kehu/auth";
import { ParseId } from "@kehu/http";
import { Body, Controller, Header, HttpCode, Ip, Param, Post } from "@nestjs/common";
import { PeopleOnly } from "../access/people-only.ts";
import { PasswordResets } from "./password-resets.service.ts";
import { AskForReset, ChoosePassword } from "./user.dto.ts";

@Controller("v1")
export class PasswordResetsController {
  constructor(private readonly resets: PasswordResets) {}

  /** Answers the same whether there is such a user or not. */
  @Post("auth/password-reset")
  @Public()
  @HttpCode(202)
  async ask(@Body() body: AskForReset, @Ip() address: string) {
    await this.resets.ask(body.email, address);
  }

  @Post("auth/password-reset/confirm")
  @Public()
  @Cost(10)
  @HttpCode(204)
  async choose(@Body() body: ChoosePassword) {
    await this.resets.choose(body.token, body.password);
  }

  /** The link stands in the reply where no mail server is configured; else it goes to the user by mail. */
  @Post("users/:id/password-reset")
  @RequirePermission("identity.user.write")
  @PeopleOnly()
  @Header("cache-control", "no-store")
  make(@Param("id", ParseId) id: string, @Who() who: RequestContext) {
    return this.resets.make(id, who);
  }
}
