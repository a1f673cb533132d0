import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";

@Injectable()
export class PipelinesQueries {
  constructor(private readonly database: Database) {}

  async ids(): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>("SELECT id FROM pipeline WHERE deleted_at IS NULL");
    return rows.map(({ id }) => id);
  }
}
