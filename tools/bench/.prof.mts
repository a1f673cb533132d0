import { Kehu } from "./kehu.ts"; import { createAccounts, operations } from "./accounts.ts"; import { Load } from "./load.ts"; import pg from "pg"; import { rmSync } from "node:fs";
const op = process.argv[2]; const secs = Number(process.argv[3] ?? 6);
const P = Kehu.prototype as any; const env = P.environment; const dir = `/tmp/prof/${op}`; rmSync(dir,{recursive:true,force:true});
P.environment = function () { return { ...env.call(this), NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${dir} --cpu-prof-interval 500` }; };
const k = await Kehu.make(); try { await k.start(); await k.signIn(); await createAccounts(k, 5000); await k.untilLevel();
const db = new pg.Client({ connectionString: k.databaseUrl() }); await db.connect(); const ids = (await db.query("select id from customer.account")).rows.map((r) => r.id);
await db.query("ANALYZE");
console.log(k.services().map(s=>s.name+" "+s.pid).join("\n"));
const l = new Load(k.url); const authorization = k.authorization(); const next = operations(ids)[op];
const r = await l.closed(() => { const q = next(); return { ...q, headers: { ...q.headers, authorization } }; }, secs); console.log(r);
await l.close(); await db.end(); } finally { await k.remove(); }
