import { act, render, screen } from "@testing-library/react";
import { useRef } from "react";
import { expect, test } from "vitest";

import { useKeptFocus } from "./kept-focus";

interface ListProps {
  names: readonly string[];
  /** Of these there is no button. */
  silent?: readonly string[];
  /** Of these there is nothing to press. */
  still?: readonly string[];
  inCard?: boolean;
  bar?: boolean;
}

function List({ names, silent = [], still = [], inCard = false, bar = false }: ListProps) {
  const main = useRef<HTMLElement>(null);
  useKeptFocus(main);
  const list =
    names.length === 0 ? (
      <p>Nothing</p>
    ) : (
      <ul>
        {names.map((name) => (
          <li key={name}>
            {still.includes(name) ? name : <a href={`#${name}`}>{name}</a>} {![...silent, ...still].includes(name) && <button type="button">Delete {name}</button>}
          </li>
        ))}
      </ul>
    );
  return (
    <main ref={main}>
      <h1>Tags</h1>
      {inCard ? (
        <section>
          <h2>Rules</h2>
          {list}
        </section>
      ) : (
        list
      )}
      {bar && (
        <div data-beside-rows>
          <button type="button">Delete all ticked</button>
        </div>
      )}
      <button type="button">Beside</button>
    </main>
  );
}

function stand(name: string) {
  act(() => screen.getByRole("button", { name }).focus());
}

// What was changed is looked at when what changed it has ended.
async function here(): Promise<string | null> {
  await act(async () => Promise.resolve());
  return document.activeElement?.textContent ?? null;
}

test("the keyboard is lost with the row that it deleted", async () => {
  const { rerender } = render(<List names={["a", "b", "c"]} />);
  stand("Delete b");
  rerender(<List names={["a", "c"]} />);
  expect(await here()).toBe("c");
  rerender(<List names={["a"]} />);
  expect(await here()).toBe("a");
});

test("a list that is empty leaves the keyboard nowhere", async () => {
  const { rerender } = render(<List names={["a"]} />);
  stand("Delete a");
  rerender(<List names={[]} />);
  expect(await here()).toBe("Tags");
});

test("of a card that is empty another's heading is told", async () => {
  const { rerender } = render(<List names={["a"]} inCard />);
  stand("Delete a");
  rerender(<List names={[]} inCard />);
  expect(await here()).toBe("Rules");
});

test("a row that has lost its button loses the keyboard with it", async () => {
  const { rerender } = render(<List names={["a", "b"]} />);
  stand("Delete b");
  rerender(<List names={["a", "b"]} silent={["b"]} />);
  expect(await here()).toBe("b");
});

test("a row that can only be read holds the keyboard", async () => {
  const { rerender } = render(<List names={["a", "b", "c"]} />);
  stand("Delete b");
  rerender(<List names={["a", "b", "c"]} still={["b"]} />);
  expect(await here()).toBe("c");
  rerender(<List names={["a", "b", "c"]} still={["b", "c"]} />);
  expect(await here()).toBe("a");
});

test("rows that somebody else deletes take the keyboard from where it is", async () => {
  const { rerender } = render(<List names={["a", "b"]} />);
  stand("Delete a");
  rerender(<List names={["a"]} />);
  expect(await here()).toBe("Delete a");
  stand("Beside");
  rerender(<List names={[]} />);
  expect(await here()).toBe("Beside");
});

test("what was done with ticked rows leaves the keyboard nowhere", async () => {
  const { rerender } = render(<List names={["a", "b", "c"]} bar />);
  stand("Delete b");
  stand("Delete all ticked");
  rerender(<List names={["a", "b", "c"]} />);
  expect(await here()).toBe("Delete b");
  rerender(<List names={["a", "b", "c"]} bar />);
  stand("Delete all ticked");
  rerender(<List names={["a", "c"]} />);
  expect(await here()).toBe("c");
});

test("who pressed beside everything is taken back to a list", async () => {
  const { rerender } = render(<List names={["a", "b"]} />);
  stand("Delete a");
  act(() => {
    screen.getByRole("heading").dispatchEvent(new MouseEvent("pointerdown", { bubbles: true }));
    screen.getByRole("button", { name: "Delete a" }).blur();
  });
  rerender(<List names={["b"]} />);
  expect(await here()).not.toBe("b");
});
