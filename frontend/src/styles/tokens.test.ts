import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

// Computes the design's tables anew from the CSS: contrast by WCAG 2 from 8-bit sRGB, and the distance of the chart's colours
// for people who see fewer of them, by Machado 2009 at full severity.
type Rgb = readonly [number, number, number];
type Colour = readonly [number, number, number];

const css = readFileSync("src/styles/tokens.css", "utf8");
const [light, darkBySystem, darkByChoice] = css
  .split(/:root(?:\[data-theme="dark"\]|:not\(\[data-theme="light"\]\))? \{/)
  .slice(1)
  .map((block) => new Map([...block.matchAll(/--([\w-]+): oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)/g)].map((found) => [found[1] ?? "", colourOf(found)])));

function colourOf(found: RegExpMatchArray): Colour {
  return [Number(found[2]), Number(found[3]), Number(found[4])];
}

function linearOf([lightness, chroma, hue]: Colour): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

const encode = (linear: number) => (linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055);
const decode = (encoded: number) => (encoded <= 0.04045 ? encoded / 12.92 : ((encoded + 0.055) / 1.055) ** 2.4);

function screenOf(colour: Colour): Rgb {
  const [r, g, b] = linearOf(colour).map((each) => Math.round(Math.min(1, Math.max(0, encode(each))) * 255) / 255);
  return [r ?? 0, g ?? 0, b ?? 0];
}

function luminanceOf(colour: Colour): number {
  const [r, g, b] = screenOf(colour);
  return 0.2126 * decode(r) + 0.7152 * decode(g) + 0.0722 * decode(b);
}

function contrast(one: Colour, other: Colour): number {
  const [a, b] = [luminanceOf(one), luminanceOf(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const TEXT: readonly [string, string][] = [
  ["ink", "canvas"],
  ["ink-2", "surface"],
  ["ink-3", "surface"],
  ["ink-3", "sunken"],
  ["ink-3", "hover"],
  ["accent-ink", "surface"],
  ["accent-ink", "accent-soft"],
  ["on-accent", "accent"],
  ["on-accent", "accent-hover"],
  ["on-accent", "bad"],
  ...["ok", "warn", "bad", "hold"].map((name): [string, string] => [`${name}-ink`, `${name}-soft`]),
];
const GRAPHICS: readonly [string, string][] = [
  ["control", "surface"],
  ["control", "canvas"],
  ["focus", "canvas"],
  ...["ok", "warn", "bad", "hold", "c1", "c2", "c3", "c4", "c5", "c6"].map((name): [string, string] => [name, "surface"]),
];

// What light does to the three kinds of cones where one of them is missing.
const SIGHTS: Readonly<Record<string, readonly Rgb[]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

function oklabOf([r, g, b]: Rgb): Rgb {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function seenAs(colour: Colour, sight: readonly Rgb[]): Rgb {
  const [r, g, b] = screenOf(colour).map(decode) as [number, number, number];
  const mixed = sight.map((row) => Math.min(1, Math.max(0, row[0] * r + row[1] * g + row[2] * b))) as [number, number, number];
  return oklabOf(mixed);
}

describe.each([
  ["light", light],
  ["dark", darkBySystem],
])("the colours of the %s theme", (_, given) => {
  const of = (name: string): Colour => {
    const found = given?.get(name);
    if (found === undefined) throw new Error(`no colour ${name}`);
    return found;
  };

  it.each(TEXT)("lets %s be read on %s", (front, back) => {
    expect(contrast(of(front), of(back))).toBeGreaterThanOrEqual(4.5);
  });

  it.each(GRAPHICS)("lets %s be seen on %s", (front, back) => {
    expect(contrast(of(front), of(back))).toBeGreaterThanOrEqual(3);
  });

  it.each(Object.entries(SIGHTS))("keeps the series of a chart apart in %s sight", (_name, sight) => {
    const series = ["c1", "c2", "c3", "c4", "c5", "c6"].map((name) => seenAs(of(name), sight));
    for (const [index, one] of series.entries()) {
      for (const other of series.slice(index + 1)) {
        const distance = Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]) * 100;
        expect(distance).toBeGreaterThan(10);
      }
    }
  });
});

it("has the same dark colours for the system's choice and the member's, and as many as the light ones", () => {
  expect(darkByChoice).toEqual(darkBySystem);
  expect([...(darkBySystem?.keys() ?? [])]).toEqual([...(light?.keys() ?? [])]);
  expect(light?.size).toBe(42);
});

it("agrees with the design where its table says a number", () => {
  const of = (theme: typeof light, name: string): Colour => theme?.get(name) ?? [0, 0, 0];
  expect(contrast(of(light, "ink"), of(light, "canvas"))).toBeCloseTo(16.83, 1);
  expect(contrast(of(darkBySystem, "on-accent"), of(darkBySystem, "accent"))).toBeCloseTo(4.72, 1);
});
