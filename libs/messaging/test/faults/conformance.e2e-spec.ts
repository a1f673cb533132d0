/** Both transports at full size: 100,000 changes, and every fault many times. */
process.env["KEHU_FAULTS"] = "full";

await import("../postgres-log.e2e-spec.ts");
await import("../kafka.e2e-spec.ts");
