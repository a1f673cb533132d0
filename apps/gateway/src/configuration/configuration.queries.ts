import type { Place } from "@kehu/auth";
import { Database } from "@kehu/database";
import { Injectable } from "@nestjs/common";

@Injectable()
export class ConfigurationQueries {
  constructor(private readonly database: Database) {}

  /** A name is not free again when its vocabulary is deleted. */
  async vocabulary(name: string): Promise<"here" | "deleted" | "unknown"> {
    const sql = "SELECT deleted_at FROM vocabulary WHERE name = $1";
    const [found] = await this.database.query<{ deleted_at: Date | null }>(sql, [name]);
    if (!found) return "unknown";
    return found.deleted_at === null ? "here" : "deleted";
  }

  /** The names of the teams from the root of the tree down to a place; null for who is in no team. */
  async teamOf(place: Place | null): Promise<string[] | null> {
    if (!place) return null;
    const rows = await this.database.query<{ name: string }>(
      `SELECT t.name FROM unnest(string_to_array($1, '.')) WITH ORDINALITY AS l (label, at)
       JOIN team t ON t.id = l.label::uuid ORDER BY l.at`,
      [place.path],
    );
    return rows.map(({ name }) => name);
  }
}
