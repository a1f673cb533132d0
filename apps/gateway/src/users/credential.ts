import type { Tx } from "@kehu/database";

/** Stores the hash of a user's password, in the transaction that changes him. */
export async function setPassword(tx: Tx, userId: string, hash: string): Promise<void> {
  await tx.query(
    `INSERT INTO credential (user_id, password_hash) VALUES ($1, $2)
     ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash,
       changed_at = clock_timestamp(), changed_in = NULL`,
    [userId, hash],
  );
}
