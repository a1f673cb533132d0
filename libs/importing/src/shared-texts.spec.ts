import { SharedTexts } from "./shared-texts.ts";
import type { XmlEvent } from "./xml.ts";

const PIECE: XmlEvent[] = Array.from({ length: 100_000 }, () => ({ close: "si" }));

/** Texts without a character, which are a few bytes of a file each. */
async function* emptyTexts(pieces: number) {
  for (let n = 0; n < pieces; n++) yield await Promise.resolve(PIECE);
}

describe("shared texts", () => {
  it("are too many by their number alone", async () => {
    await expect(SharedTexts.read(emptyTexts(170))).rejects.toMatchObject({ code: "import.file-texts" });
  });

  it("may be ten million", async () => {
    const texts = await SharedTexts.read(emptyTexts(100));
    expect([texts.at(0), texts.at(9_999_999), texts.at(10_000_000)]).toEqual(["", "", undefined]);
  });
});
