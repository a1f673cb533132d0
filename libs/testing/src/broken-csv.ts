import { MOST_CELL_CHARACTERS } from "@kehu/importing";
import { bytes, utf16, type BrokenFile } from "./broken-file.ts";

/** 姓名,城市 / 张三,北京 in GB18030. */
export const GB18030 = "\xd0\xd5\xc3\xfb,\xb3\xc7\xca\xd0\n\xd5\xc5\xc8\xfd,\xb1\xb1\xbe\xa9\n";

/** CSV files of all kinds, some of them good in spite of what is strange about them; the largest have 50 MB. */
export const BROKEN_CSV: BrokenFile[] = [
  ["empty file", () => "", "import.file-empty"],
  ["only a byte order mark", () => "\uFEFF", "import.file-empty"],
  ["only blank lines", () => "\n\r\n\n", "import.file-empty"],
  ["only a header", () => "a,b\n", []],
  ["a million blank lines", () => `a,b\n${"\n".repeat(1_000_000)}c,d\n`, ["ok"]],
  ["a million lines of delimiters", () => `a,b\n${",\n".repeat(1_000_000)}c,d\n`, ["ok"]],
  ["GB18030", () => bytes(GB18030), ["ok"]],
  ["GB18030 with a byte missing", () => bytes(GB18030, "\xd5\xc5\xc8,\xb1\xb1\xbe\n"), "import.file-encoding"],
  ["neither UTF-8 nor GB18030", () => bytes("name,city\nM\xfc,\xff\n"), "import.file-encoding"],
  ["UTF-16 with a mark", () => utf16("\uFEFFa,b\n张三,北京\n"), ["ok"]],
  ["UTF-16, the other end first", () => utf16("\uFEFFa,b\n张三,北京\n").swap16(), ["ok"]],
  ["UTF-16 without a mark", () => utf16("name,city\nx,y\n"), "import.file-encoding"],
  ["UTF-16 without a mark, the other end first", () => utf16("name,city\nx,y\n").swap16(), "import.file-encoding"],
  ["UTF-16 with half a surrogate pair", () => utf16("\uFEFFa,b\nx\uD800,y\n"), "import.file-encoding"],
  ["UTF-16 with half a character", () => bytes("\xff\xfea\0,\0b\0\n\0x"), "import.file-encoding"],
  ["a quote that is never closed", () => 'a,b\nc,"d\ne,f\n', "import.file-quote"],
  ["quotes within a cell", () => 'a,b\n5" pipe,x\n"5"" pipe",y\n', ["ok", "ok"]],
  ["text behind a quote", () => 'a,b\n"c"d,e\nf,g\n', ["import.row-quote", "ok"]],
  ["rows of other lengths", () => "a,b\n1\n1,2\n1,2,3\n", ["import.row-cells", "ok", "import.row-cells"]],
  ["mixed line ends", () => "a,b\r\n1,2\n3,4\r5,6\r\n", ["ok", "ok", "ok"]],
  ["CR only", () => "a,b\r1,2\r3,4\r", ["ok", "ok"]],
  [
    "zero characters",
    () => `${"abc,def\n".repeat(20)}x\0,y\n`.replace("abc,def", "a,b"),
    [...Array<string>(19).fill("ok"), "import.cell-character"],
  ],
  ["two delimiters that fit", () => "Name;Amount,EUR\nA;1,5\nB;2,7\n", "import.file-delimiter"],
  [
    "10,000 columns",
    () => `${Array.from({ length: 10_000 }, (_, n) => `c${n}`).join(",")}\n1\n`,
    "import.file-columns",
  ],
  ["a row of 10,000 cells", () => `a,b\n${"1,".repeat(10_000)}\n1,2\n`, ["import.row-columns", "ok"]],
  ["one row of 50 MB", () => `a,b\n${"x".repeat(50_000_000)}\n1,2\n`, ["import.cell-length", "ok"]],
  [
    "one row of 50 MB of short lines in quotes",
    () => `a,b\n"${"x\n".repeat(25_000_000)}",1\n1,2\n`,
    ["import.cell-length", "ok"],
  ],
  ["a header of 50 MB", () => "x".repeat(50_000_000), "import.file-header"],
  ["a cell of one character too many", () => `a\n${"x".repeat(MOST_CELL_CHARACTERS + 1)}\n`, ["import.cell-length"]],
  ["a header twice", () => "a,b,a\n1,2,3\n", "import.file-header-double"],
  ["a header twice, in other forms of Unicode", () => "é,e\u0301 \n1,2\n", "import.file-header-double"],
  ["a blank header", () => "a, ,c\n1,2,3\n", "import.file-header-blank"],
  ["A27 a header that objects have by themselves", () => "a,__proto__\n1,2\n", "import.file-header-name"],
  ["A27 another one", () => "constructor,b\n1,2\n", "import.file-header-name"],
  ["PNG", () => bytes("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "import.file-binary"],
  ["PDF", () => bytes("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), "import.file-binary"],
  [
    "bytes without sense",
    () => Buffer.from(Array.from({ length: 4000 }, (_, n) => (n * 7919) % 251)),
    "import.file-binary",
  ],
  ["an old .xls file", () => bytes("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Array<number>(600).fill(0)), "import.file-xls"],
  [
    "an XLSX file with a password",
    () =>
      Buffer.concat([bytes("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Array<number>(600).fill(0)), utf16("EncryptedPackage")]),
    "import.file-encrypted",
  ],
];
