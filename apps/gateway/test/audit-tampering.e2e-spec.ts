import { EDITS, rework, SEALS, Trail, tampering } from "./tampering.ts";

/** A tenth of what `npm run test:faults` does. */
tampering(100);

describe("verify", () => {
  let trail: Trail;

  beforeAll(async () => {
    trail = await Trail.make();
  });
  afterAll(() => trail.close());

  const faultAfter = async (...statements: string[]) =>
    (
      await trail.after(async () => {
        for (const sql of statements) await trail.superuser.query(sql);
      })
    ).fault;
  const idAt = async (seq: number) => {
    const { rows } = await trail.superuser.query<{ id: string }>(`SELECT entry_id AS id FROM ${SEALS} WHERE seq = $1`, [
      seq,
    ]);
    return rows[0]!.id;
  };

  it("names the first entry that was changed", async () => {
    const [first, second] = [await idAt(17), await idAt(80)];
    const edit = (id: string) => `UPDATE identity.audit_entry SET actor_id = NULL WHERE id = ${id}`;
    expect(await faultAfter(edit(second), edit(first))).toBe(`Entry ${first} (seal 17) is not what was sealed.`);
  });

  it("finds a change of any column", async () => {
    const { rows } = await trail.superuser.query<{ name: string }>(
      "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'identity' AND table_name = 'audit_entry'",
    );
    expect(rows).toHaveLength(19);
    const id = await idAt(17);
    for (const { name } of rows) {
      const edit = EDITS.find((one) => one.startsWith(`${name} = `)) ?? "no edit of this column";
      const fault = await faultAfter(`UPDATE identity.audit_entry SET ${edit} WHERE id = ${id}`);
      expect({ edit, fault }).toEqual({ edit, fault: expect.stringContaining(`Entry ${id} (seal 17) is `) as string });
    }
  });

  it("names an entry that was removed, with its seal or without", async () => {
    const id = await idAt(17);
    const remove = `DELETE FROM identity.audit_entry WHERE id = ${id}`;
    expect(await faultAfter(remove)).toBe(`Entry ${id} (seal 17) is missing.`);
    const { fault } = await trail.after(async () => {
      await trail.superuser.query(remove);
      await rework(trail.superuser, 7, "DELETE FROM seal WHERE seq = 17");
    });
    expect(fault).toBe("Seal 17 is missing.");
  });

  it("says where a chain was cut off, and where it was sealed anew", async () => {
    const cut = () => rework(trail.superuser, 40, "DELETE FROM seal WHERE seq > 119");
    expect((await trail.after(cut)).fault).toMatch(/^The chain ends with seal 119; at \S+ it had 120\.$/);
  });

  it("finds an entry that was put in past the triggers, and one that was taken out before it was sealed", async () => {
    const put = `INSERT INTO identity.audit_entry (id, action, outcome) OVERRIDING SYSTEM VALUE VALUES (9999, 'x', 'done')`;
    expect(await faultAfter(put)).toBe("Entry 9999 is not in the chain and does not wait for its seal.");
    expect(await faultAfter("INSERT INTO identity.audit_unsealed VALUES (9999, ARRAY[9999])")).toBe(
      "Entry 9999, which waited for its seal, is missing.",
    );
  });
});
