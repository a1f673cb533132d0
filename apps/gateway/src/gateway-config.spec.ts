import { ConfigError, Environment } from "@kehu/http";
import { randomBytes } from "node:crypto";
import { Config } from "./gateway-config.ts";

const newSecret = () => randomBytes(32).toString("hex");

describe("Config", () => {
  const one = newSecret();
  const good = {
    DATABASE_URL: "postgres://x@127.0.0.1/x",
    KEHU_CURSOR_SECRET: newSecret(),
    KEHU_SERVICES: "customer=http://127.0.0.1:4001,service-desk=http://service-desk:4003",
    KEHU_INTERNAL_SECRETS: `customer=${one},service-desk=${newSecret()}`,
    KEHU_KEYS_DIR: "keys",
    KEHU_AUDIT_DIR: "audit",
  };
  const parse = (variables: Record<string, string | undefined>) =>
    new Config(new Environment({ ...good, ...variables }));

  it("reads services, secrets and limits", () => {
    const config = parse({
      KEHU_PUBLIC_URL: "https://crm.example/",
      KEHU_RATE_LIMIT_USER: "100",
      KEHU_CORS_ORIGINS: "https://a.example, https://b.example",
    });
    expect(config.upstreams.map(({ name, origin }) => [name, origin])).toEqual([
      ["customer", "http://127.0.0.1:4001"],
      ["service-desk", "http://service-desk:4003"],
    ]);
    expect(config).toMatchObject({
      port: 3000,
      host: "127.0.0.1",
      publicUrl: "https://crm.example",
      userLimit: 100,
      corsOrigins: ["https://a.example", "https://b.example"],
      trustedProxies: [],
      adminPassword: null,
    });
    expect(parse({}).publicUrl).toBe("http://localhost:3000");
  });

  it.each<[string, string | undefined]>([
    ["DATABASE_URL", undefined],
    ["DATABASE_URL", "mysql://a-value"],
    ["PORT", "70000"],
    ["PORT", "0x10"],
    ["KEHU_CURSOR_SECRET", undefined],
    ["KEHU_CURSOR_SECRET", "a-value"],
    ["KEHU_CURSOR_SECRET", "changeme-a-value-changeme-a-value-changeme"],
    ["KEHU_CURSOR_SECRET", "a-value".repeat(1).padEnd(64, "a")],
    ["KEHU_SERVICES", undefined],
    ["KEHU_SERVICES", "customer=a-value"],
    ["KEHU_SERVICES", "customer=http://127.0.0.1:1,customer=http://127.0.0.1:2"],
    ["KEHU_SERVICES", "customer=http://127.0.0.1:1/a-value"],
    ["KEHU_INTERNAL_SECRETS", undefined],
    ["KEHU_INTERNAL_SECRETS", "customer=a-value,service-desk=a-value-2"],
    ["KEHU_INTERNAL_SECRETS", `customer=${one},service-desk=${one}`],
    ["KEHU_INTERNAL_SECRETS", `customer=${one}`],
    ["KEHU_KEYS_DIR", undefined],
    ["KEHU_AUDIT_DIR", undefined],
    ["KEHU_PUBLIC_URL", "ftp://a-value"],
    ["KEHU_INVITATION_URL", "https://crm.example/a-value"],
    ["KEHU_INVITATION_URL", "https://crm.example/{token}/{token}/a-value"],
    ["KEHU_PASSWORD_RESET_URL", "https://{token}.example/a-value"],
    ["KEHU_PASSWORD_RESET_URL", "javascript:a-value{token}"],
    ["KEHU_RATE_LIMIT_USER", "0"],
    ["KEHU_RATE_LIMIT_API_KEY", "0"],
    ["KEHU_RATE_LIMIT_ADDRESS", "1e6"],
    ["KEHU_RATE_LIMIT_ADDRESS_TOTAL", "a-value"],
    ["KEHU_IN_FLIGHT", "0"],
    ["KEHU_IN_FLIGHT_SERVICE", "0"],
    ["KEHU_IN_FLIGHT_CALLER", "-1"],
    ["KEHU_CLIENT_PATIENCE_MS", "10"],
    ["KEHU_CHANGES_DAYS", "0"],
    ["KEHU_STREAMS", "0"],
    ["KEHU_STREAMS_CALLER", "0"],
    ["KEHU_TRUSTED_PROXIES", "a-value"],
  ])("A51 refuses %s=%s, naming the variable and not the value", (variable, value) => {
    const attempt = () => parse({ [variable]: value });
    expect(attempt).toThrow(ConfigError);
    expect(attempt).toThrow(variable);
    expect(attempt).not.toThrow(/a-value/);
    expect(attempt).not.toThrow(one);
  });

  describe("mail", () => {
    const from = { KEHU_MAIL_FROM: "crm@kehu.example" };

    it("is off without a server", () => {
      expect(parse({}).mail).toBeNull();
      expect(parse({}).passwordResetLink).toBe("http://localhost:3000/v1/auth/password-reset/confirm#token={token}");
    });

    it.each([
      ["smtp://mail.example", { host: "mail.example", port: 587, tls: "starttls", credentials: null }],
      ["smtp://mail.example:25?tls=none", { port: 25, tls: "none" }],
      ["smtps://a:b%40c@mail.example", { port: 465, tls: "implicit", credentials: { user: "a", pass: "b@c" } }],
      ["smtp://a:b@[::1]:2525?tls=none", { host: "::1", port: 2525, credentials: { user: "a", pass: "b" } }],
    ])("reads %s", (url, expected) => {
      expect(parse({ ...from, KEHU_SMTP_URL: url }).mail).toMatchObject(expected);
    });

    it.each([
      ["crm@kehu.example", { name: "Kehu", address: "crm@kehu.example" }],
      ["客户 <crm@kehu.example>", { name: "客户", address: "crm@kehu.example" }],
    ])("is from %s", (text, expected) => {
      expect(parse({ KEHU_SMTP_URL: "smtp://mail.example", KEHU_MAIL_FROM: text }).mail!.from).toEqual(expected);
    });

    it.each([
      ["KEHU_SMTP_URL", { ...from, KEHU_SMTP_URL: "a-value" }],
      ["KEHU_SMTP_URL", { ...from, KEHU_SMTP_URL: "http://a-value" }],
      ["KEHU_SMTP_URL", { ...from, KEHU_SMTP_URL: "smtp://" }],
      ["KEHU_SMTP_URL", { ...from, KEHU_SMTP_URL: "smtp://a-value/path" }],
      ["KEHU_SMTP_URL", { ...from, KEHU_SMTP_URL: "smtp://a-value?tls=no" }],
      ["KEHU_SMTP_URL", { ...from, KEHU_SMTP_URL: "smtps://a-value?tls=none" }],
      ["KEHU_SMTP_URL", { ...from, KEHU_SMTP_URL: "smtp://x:a-value@mail.example?tls=none" }],
      ["KEHU_SMTP_URL", { ...from, KEHU_SMTP_URL: "smtp://a-value@mail.example" }],
      ["KEHU_SMTP_URL", { ...from, KEHU_SMTP_URL: "smtp://x:a-value%zz@mail.example" }],
      ["KEHU_SMTP_URL", { ...from, KEHU_SMTP_URL: "smtp://a-value:0" }],
      ["KEHU_MAIL_FROM", { KEHU_SMTP_URL: "smtp://mail.example" }],
      ["KEHU_MAIL_FROM", { KEHU_SMTP_URL: "smtp://mail.example", KEHU_MAIL_FROM: "a-value" }],
      ["KEHU_MAIL_FROM", { KEHU_SMTP_URL: "smtp://mail.example", KEHU_MAIL_FROM: "a-value@x.example, b@x.example" }],
    ])("A51 refuses a wrong %s: %j", (variable, variables) => {
      const attempt = () => parse(variables);
      expect(attempt).toThrow(ConfigError);
      expect(attempt).toThrow(variable);
      expect(attempt).not.toThrow(/a-value/);
    });
  });
});
