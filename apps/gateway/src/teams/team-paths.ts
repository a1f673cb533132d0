import type { Tx } from "@kehu/database";

/** The most levels that the tree of teams has. */
export const LEVELS = 10;

/** Whoever puts people into the tree waits for who changes it, and the other way round. */
const LOCK = "hashtextextended('identity.teams', 0)";

interface Node {
  id: string;
  parent_id: string | null;
}

/** The tree of teams as it is now. There are hundreds of them at most, so it is read as a whole. */
export class TeamTree {
  private readonly parents: ReadonlyMap<string, string | null>;

  constructor(teams: readonly Node[]) {
    this.parents = new Map(teams.map(({ id, parent_id }) => [id, parent_id]));
  }

  has(id: string): boolean {
    return this.parents.has(id);
  }

  /** A team and those above it, from the team up. */
  line(id: string): string[] {
    const line: string[] = [];
    for (let at: string | null | undefined = id; at && line.length <= LEVELS; at = this.parents.get(at)) line.push(at);
    return line;
  }

  /** A team and those below it. */
  below(id: string): string[] {
    return [...this.parents.keys()].filter((team) => this.line(team).includes(id));
  }

  /** How many levels a team has, itself and those below it. */
  height(id: string): number {
    return Math.max(1, ...this.below(id).map((team) => this.line(team).indexOf(id) + 1));
  }

  /** Where the people of a team stand: an ltree label per team, from the root. */
  path(id: string): string {
    return this.pathUnder(this.parents.get(id) ?? null, id);
  }

  /** The path of a team that may be new, or move, below the given one. */
  pathUnder(parentId: string | null, id: string): string {
    const line = [id, ...(parentId ? this.line(parentId) : [])];
    return line.toReversed().map(labelOf).join(".");
  }
}

const labelOf = (id: string) => id.replaceAll("-", "");

/** The tree for who puts people into it: it stays as it is until the transaction ends. */
export function readTeams(tx: Tx): Promise<TeamTree> {
  return lockedTree(tx, `SELECT pg_advisory_xact_lock_shared(${LOCK})`);
}

/** The tree for who changes it: nobody else changes it, or puts people into it, until the transaction ends. */
export function claimTeams(tx: Tx): Promise<TeamTree> {
  return lockedTree(tx, `SELECT pg_advisory_xact_lock(${LOCK})`);
}

async function lockedTree(tx: Tx, lock: string): Promise<TeamTree> {
  await tx.query(lock);
  return new TeamTree(await tx.query<Node>("SELECT id, parent_id FROM team WHERE deleted_at IS NULL"));
}
