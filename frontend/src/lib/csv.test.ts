import { describe, expect, it } from "vitest";

import { csvOf } from "./csv";

describe("a file for a spreadsheet", () => {
  it("keeps commas, quotes and lines within their cell", () => {
    expect(csvOf([["a,b", 'say "no"', "two\nlines", "plain"]])).toBe('"a,b","say ""no""","two\nlines",plain\r\n');
  });

  it("runs nothing that somebody is called", () => {
    expect(csvOf([["=1+1", "@sum", "-2", "+3", "a=1"]])).toBe("'=1+1,'@sum,'-2,'+3,a=1\r\n");
  });
});
