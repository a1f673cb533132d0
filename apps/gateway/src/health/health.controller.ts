import { Public } from "@kehu/auth";
import { Unavailable } from "@kehu/contracts";
import { Database } from "@kehu/database";
import { Controller, Get } from "@nestjs/common";
import { AuthChanges } from "../access/auth-changes.ts";
import { Documents, type ServiceState } from "../routing/documents.service.ts";

/** The database is asked at most this often, however often somebody asks here: nothing limits him. */
const FRESH_MS = 500;

/** For the orchestrator. */
@Controller("health")
export class GatewayHealthController {
  private asked: { at: number; answer: Promise<unknown> } | undefined;

  constructor(
    private readonly database: Database,
    private readonly changes: AuthChanges,
    private readonly documents: Documents,
  ) {}

  @Get("live")
  @Public()
  live(): { status: "ok" } {
    return { status: "ok" };
  }

  /** Ready with its own database and with routes; services that are away do not count, as all others can be reached. */
  @Get("ready")
  @Public()
  async ready(): Promise<{ status: "ok"; services: ServiceState[] }> {
    await this.askDatabase().catch(() => {
      throw new Unavailable("service.not-ready", "The database does not answer.");
    });
    if (this.changes.blind) throw new Unavailable("service.not-ready", "Sessions cannot be followed.");
    if (!this.documents.loaded)
      throw new Unavailable("service.not-ready", "The routes of the services are not known yet.");
    return { status: "ok", services: this.documents.states() };
  }

  private askDatabase(): Promise<unknown> {
    const now = performance.now();
    if (!this.asked || now - this.asked.at > FRESH_MS) {
      this.asked = { at: now, answer: this.database.query("SELECT 1") };
    }
    return this.asked.answer;
  }
}
