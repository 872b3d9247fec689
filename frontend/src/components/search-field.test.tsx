import { act, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { SearchField } from "./search-field";

let asked: (string | undefined)[] = [];

function Page() {
  const [q, setQ] = useState<string | undefined>("opus");
  return (
    <>
      <SearchField
        label="Search"
        value={q}
        onChange={(value) => {
          asked.push(value);
          setQ(value);
        }}
      />
      <button onClick={() => setQ(undefined)}>Clear</button>
    </>
  );
}

const field = () => screen.getByRole<HTMLInputElement>("searchbox");
const wait = (ms: number) => {
  act(() => {
    vi.advanceTimersByTime(ms);
  });
};

beforeEach(() => {
  asked = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe("a search that was cleared elsewhere", () => {
  test("does not come back", () => {
    render(<Page />);
    fireEvent.click(screen.getByText("Clear"));
    wait(1_000);
    expect(field().value).toBe("");
    expect(asked).toEqual([]);
  });
});

describe("what is typed", () => {
  test("is asked for once, a moment after the last letter", () => {
    render(<Page />);
    for (const text of ["h", "ha", "haiku "]) {
      fireEvent.change(field(), { target: { value: text } });
      wait(100);
    }
    wait(1_000);
    expect(asked).toEqual(["haiku"]);
    expect(field().value).toBe("haiku ");
  });

  test("is not lost when the answer to what was typed before arrives", () => {
    render(<Page />);
    fireEvent.change(field(), { target: { value: "son" } });
    wait(250);
    fireEvent.change(field(), { target: { value: "sonnet" } });
    wait(250);
    expect(asked).toEqual(["son", "sonnet"]);
    expect(field().value).toBe("sonnet");
  });
});
