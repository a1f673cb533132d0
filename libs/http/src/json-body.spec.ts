import { parseBody } from "./json-body.ts";

const parse = (text: string) => parseBody(Buffer.from(text));

describe("parseBody", () => {
  it("reads JSON of up to 32 levels", () => {
    expect(parse(`${"[".repeat(32)}${"]".repeat(32)}`)).toBeDefined();
    expect(parse('{"a":"[[[[\\"{{","名称":"😀"}')).toEqual({ a: '[[[["{{', 名称: "😀" });
    expect(parse("")).toBeUndefined();
  });

  it.each([
    ["json.too-deep", "[".repeat(33) + "]".repeat(33)],
    ["json.too-deep", '{"a":'.repeat(20_000)],
    ["json.malformed", '{"a":1'],
    ["json.malformed", "nonsense"],
    ["json.forbidden-key", '{"__proto__":{"x":1}}'],
    ["json.forbidden-key", '{"a":{"constructor":{"prototype":{"x":1}}}}'],
    ["json.forbidden-key", '{"\\u005f_proto__":{"x":1}}'],
    ["json.unstorable-text", '{"a":"\\u0000"}'],
    ["json.unstorable-text", '{"a":["\\ud800"]}'],
    ["json.unstorable-text", '{"\\udc00":1}'],
  ])("refuses with %s", (code, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ status: 400, code }));
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});
