import { IllegalTransition, USER_STATUSES } from "@kehu/contracts";
import { NEXT, type UserStatus } from "./user-status.ts";
import { User } from "./user.entity.ts";

const NOW = new Date("2026-01-02T03:04:05Z");
const MOVES: Record<string, { from: UserStatus; to: UserStatus; move: (user: User) => unknown }> = {
  activate: { from: "invited", to: "active", move: (user) => user.activate(NOW) },
  suspend: { from: "active", to: "suspended", move: (user) => user.suspend(NOW, new Set()) },
  reactivate: { from: "suspended", to: "active", move: (user) => user.reactivate(NOW) },
};

function aUser(status: UserStatus): User {
  const fields = {
    id: "0199c1a0-0000-7000-8000-00000000000a",
    version: 1,
    status,
    roleIds: [],
    createdAt: NOW,
    deletedAt: null,
  };
  return Object.assign(new User(), fields);
}

describe("User", () => {
  const cases = Object.entries(MOVES).flatMap(([name, move]) =>
    USER_STATUSES.map((status) => [name, status, move] as const),
  );

  it.each(cases)("%s when %s", (_name, status, { from, to, move }) => {
    const user = aUser(status);
    if (status === from) {
      move(user);
      expect(user.status).toBe(to);
      expect(NEXT[from]).toContain(to);
    } else {
      expect(() => move(user)).toThrow(IllegalTransition);
      expect(user.status).toBe(status);
    }
  });

  it("has a move for every transition of the table, and no other", () => {
    const pairs = Object.values(MOVES).map(({ from, to }) => `${from} ${to}`);
    const table = Object.entries(NEXT).flatMap(([from, list]) => list.map((to) => `${from} ${to}`));
    expect(pairs.sort()).toEqual(table.sort());
  });
});
