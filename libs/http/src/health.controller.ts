import { Public } from "@kehu/auth";
import { Unavailable } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { Controller, Get } from "@nestjs/common";

/** For the orchestrator: is the process alive, can it serve. */
@Controller("health")
export class HealthController {
  constructor(private readonly database: Database) {}

  @Get("live")
  @Public()
  live(): { status: "ok" } {
    return { status: "ok" };
  }

  /** Ready as long as the database answers; with the broker away writes go on, their events wait. */
  @Get("ready")
  @Public()
  async ready(): Promise<{ status: "ok" }> {
    await this.database.query("SELECT 1").catch(() => {
      throw new Unavailable("service.not-ready", "The database does not answer.");
    });
    return { status: "ok" };
  }
}
