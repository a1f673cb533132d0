import { EVENTS, TASK_STATUSES } from "@kehu/contracts";
import { Task } from "./task.entity.ts";
import { NEXT, TO_DO } from "./task-status.ts";

const NOW = new Date("2026-01-02T03:04:05Z");

const aTask = (data: Partial<Task> = {}): Task =>
  Object.assign(new Task(), {
    id: "0199c1a0-0000-7000-8000-000000000004",
    version: 1,
    ownerId: null,
    externalIds: [],
    createdAt: NOW,
    updatedAt: NOW,
    deletedAt: null,
    subject: "Send the offer",
    status: "open",
    dueAt: null,
    completedAt: null,
    links: [],
    ...data,
  });

const aNewTask = () => aTask({ version: 0, subject: undefined, status: null });
const factsOf = (events: { type: string; version: number }[]) => events.map(({ type, version }) => [type, version]);

describe("Task", () => {
  it("states what the contract says, and nothing else", () => {
    const { task } = EVENTS["customer.task.created"].example;
    expect(Object.keys(aTask().state()).sort()).toEqual(Object.keys(task).sort());
  });

  describe.each(TASK_STATUSES)("when it is %s", (from) => {
    it.each(TO_DO.filter((to) => to !== from))("moves to %s by a change, or not", (to) => {
      const task = aTask({ status: from });
      if (from !== "completed") {
        expect(factsOf(task.update({ status: to }, NOW))).toEqual([["customer.task.updated", 2]]);
        expect(NEXT[from]).toContain(to);
        expect(task.status).toBe(to);
      } else {
        expect(() => task.update({ status: to }, NOW)).toThrow(
          expect.objectContaining({ status: 409, code: "task.illegal-transition", members: { allowed: ["reopen"] } }),
        );
        expect(task.status).toBe("completed");
      }
    });

    it("is completed once", () => {
      const task = aTask({ status: from });
      if (from === "completed") {
        expect(() => task.complete(NOW)).toThrow(
          expect.objectContaining({ status: 409, members: { allowed: ["reopen"] } }),
        );
      } else {
        expect(factsOf(task.complete(NOW))).toEqual([["customer.task.completed", 2]]);
        expect(task).toMatchObject({ status: "completed", completedAt: NOW });
      }
    });

    it("is reopened when it was completed", () => {
      const task = aTask({ status: from, completedAt: from === "completed" ? NOW : null });
      if (from === "completed") {
        expect(factsOf(task.reopen(NOW))).toEqual([["customer.task.reopened", 2]]);
        expect(task).toMatchObject({ status: "open", completedAt: null });
      } else {
        expect(() => task.reopen(NOW)).toThrow(
          expect.objectContaining({ status: 409, members: { allowed: ["complete"] } }),
        );
      }
    });

    it.each([...TASK_STATUSES, null])("becomes %s by an import, with the one fact of it", (to) => {
      const events = aTask({ status: from }).imported({ status: to }, NOW);
      const fact =
        to === "completed"
          ? "customer.task.completed"
          : from === "completed"
            ? "customer.task.reopened"
            : "customer.task.updated";
      expect(factsOf(events)).toEqual(to === from ? [] : [[fact, 2]]);
    });
  });

  describe("when it is imported", () => {
    it("is born completed with two facts", () => {
      const task = aNewTask();
      const done = new Date("2021-01-02T03:04:05Z");
      const events = task.imported({ subject: "Call", status: "completed", completedAt: done }, NOW);
      expect(factsOf(events)).toEqual([
        ["customer.task.created", 1],
        ["customer.task.completed", 2],
      ]);
      expect(events.map(({ data }) => (data["task"] as { status: string }).status)).toEqual(["open", "completed"]);
      expect(task.completedAt).toEqual(done);
    });

    it("is born open where no status is given, and without one where it is null", () => {
      const [one, other] = [aNewTask(), aNewTask()];
      expect(factsOf(one.imported({ subject: "a" }, NOW))).toEqual([["customer.task.created", 1]]);
      expect(factsOf(other.imported({ subject: "b", status: null }, NOW))).toEqual([["customer.task.created", 1]]);
      expect([one.status, other.status]).toEqual(["open", null]);
    });

    it("refuses a time of completion for a task that is to do", () => {
      expect(() => aTask().imported({ completedAt: NOW }, NOW)).toThrow(
        expect.objectContaining({ code: "task.not-completed" }),
      );
    });

    it("asks for a subject only when it is new", () => {
      expect(() => aNewTask().imported({}, NOW)).toThrow(expect.objectContaining({ code: "request.invalid" }));
      expect(aTask().imported({}, NOW)).toEqual([]);
    });
  });
});
