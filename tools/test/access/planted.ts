import type { Ids } from "./record-bodies.ts";
import type { TestResource } from "./resources.ts";

/** What a company calls a field that it adds to every resource that takes any. */
export const PLANTED_FIELD = "mark";
export const fieldCalled = (name: string) => ({ name, type: "text", label: { en: "Mark", zh: "标记" } });

/** An OR that is true of every record: it must not open what is out of reach. */
export const ALWAYS = {
  or: [
    { field: "createdAt", op: "isNull", value: false },
    { field: "createdAt", op: "isNull", value: true },
  ],
};

/** Lists of the gateway's own records are short: nobody saves views of them. */
export const hasViews = ({ table }: TestResource) => !table.startsWith("identity.");

/** A whole record, with what a company has added to it. */
export function wholeOf(resource: TestResource, mark: string, ids: Ids): object {
  const whole = resource.full(mark, ids);
  return resource.owned ? { ...whole, custom: { [PLANTED_FIELD]: mark }, tags: [mark] } : whole;
}
