import { randomBytes } from "node:crypto";
import { weakness } from "./passwords.ts";

const EASY = "This password is easy to guess. Take some words that do not belong together.";

describe("weakness", () => {
  it.each(["short", "eleven long", "六个字的密码"])("finds that %s is too short", async (password) => {
    expect(await weakness(password)).toBe("A password has at least 12 characters.");
  });

  it("finds what is too long", async () => {
    expect(await weakness("x".repeat(257))).toBe("A password has at most 256 characters.");
  });

  it.each([
    ...[
      "password1234",
      "Password2026!",
      "P@ssw0rd1234",
      "Summer2026!!!",
      "December2025!",
      "adminadmin12",
      "kehukehukehu",
    ],
    ...["qwertyuiop123", "1q2w3e4r5t6y7u", "123456123456", "abcd12345678", "woaini1314520", "zaq12wsxcde3"],
    ...["a".repeat(64), "ab".repeat(128), "密码密码密码密码密码密码", "１２３４５６７８９０１２"],
  ])("finds that %s is easy to guess", async (password) => {
    expect(await weakness(password)).toBe(EASY);
  });

  it.each([
    ...["Sieben grüne Tassen", "correct horse battery staple", "我的密码很安全一二三四五", "x9Kf2mQpL8vT"],
    randomBytes(9).toString("base64"),
  ])("finds nothing wrong with %s", async (password) => {
    expect(await weakness(password)).toBeUndefined();
  });
});
