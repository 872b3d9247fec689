import { describe, expect, it } from "vitest";

import { PERSONAL } from "./places";
import { shortcutFor, SHORTCUTS } from "./shortcuts";

const alone = { before: "", withCtrl: false };

describe("shortcuts", () => {
  it("are two of one key never", () => {
    const pressed = SHORTCUTS.map(({ keys, withCtrl }) => `${withCtrl ? "ctrl " : ""}${keys.join(" ")}`);
    expect(new Set(pressed).size).toBe(pressed.length);
    const firsts = SHORTCUTS.filter(({ keys }) => keys.length > 1).map(({ keys }) => keys[0]);
    // A key that waits for another does nothing by itself.
    expect(SHORTCUTS.filter(({ keys, withCtrl }) => keys.length === 1 && !withCtrl && firsts.includes(keys[0]))).toEqual([]);
  });

  it("are found by the key that is shown", () => {
    for (const shortcut of SHORTCUTS) {
      const [first = "", second] = shortcut.keys;
      const found = second === undefined ? shortcutFor(first, { before: "", withCtrl: shortcut.withCtrl ?? false }) : shortcutFor(second, { before: first, withCtrl: false });
      expect(found).toBe(shortcut);
    }
  });

  it("lead to every place that has a key", () => {
    expect(PERSONAL.filter(({ key }) => key !== undefined).map(({ key = "" }) => shortcutFor(key, { before: "g", withCtrl: false })?.name)).toEqual(PERSONAL.filter(({ key }) => key !== undefined).map(({ name }) => name));
  });

  it("do nothing but what they say", () => {
    expect(shortcutFor("g", alone)).toBeUndefined();
    expect(shortcutFor("h", alone)).toBeUndefined();
    expect(shortcutFor("j", { before: "g", withCtrl: false })).toBeUndefined();
    expect(shortcutFor("K", { before: "", withCtrl: true })?.name).toBe("palette.open");
    expect(shortcutFor("k", alone)?.name).toBe("shortcut.previous");
    expect(shortcutFor("?", { before: "x", withCtrl: false })?.name).toBe("shortcut.all");
  });
});
