import { useEffect, type RefObject } from "react";

const CONTROLS = "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), summary";
const ROWS = "[data-row], li, tr";
// They give the keyboard back by themselves, to where it was before.
const ABOVE = "dialog, [role=menu]";
// What is about rows and stands beside them, such as what can be done with those that are ticked: its place is where one came from.
const BESIDE = "[data-beside-rows]";

/** A row that something stood in, and which one of its list it was. */
interface Place {
  row: HTMLElement;
  list: HTMLElement;
  index: number;
}

/** What had the keyboard last, and what it stood in, from the inside out. */
interface Stand {
  control: HTMLElement;
  places: readonly Place[];
  card: HTMLElement | null;
}

/**
 * Keeps the keyboard in the lists within `main`. Where the control that has it goes, say with the row that it deleted, the first
 * control of the next row has it, or the heading where no row is left: a browser would leave it nowhere, and say nothing.
 */
export function useKeptFocus(main: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const whole = main.current;
    if (whole === null) return;
    let stand: Stand | null = null;
    let last: HTMLElement | null = null;
    const came = ({ target }: FocusEvent) => {
      if (!(target instanceof HTMLElement) || target.closest(ABOVE) !== null) return;
      last = target;
      if (target.closest(BESIDE) === null) stand = standOf(target, whole);
    };
    const pressed = ({ target }: PointerEvent) => {
      // Who presses beside everything leaves on purpose.
      if (target instanceof Element && target.closest(`${ABOVE}, ${CONTROLS}`) === null) stand = last = null;
    };
    const changes = new MutationObserver(() => {
      if (stand === null || last?.isConnected === true || document.activeElement !== document.body) return;
      const next = stand.control.isConnected ? stand.control : (nextControl(stand.places) ?? headingOf(stand, whole));
      next?.focus({ preventScroll: next.tabIndex < 0 });
    });
    whole.addEventListener("focusin", came);
    addEventListener("pointerdown", pressed);
    changes.observe(whole, { childList: true, subtree: true });
    return () => {
      whole.removeEventListener("focusin", came);
      removeEventListener("pointerdown", pressed);
      changes.disconnect();
    };
  }, [main]);
}

/** Null for what is in no row: where a keyboard goes from there is for its page to say. */
function standOf(control: HTMLElement, main: HTMLElement): Stand | null {
  const places: Place[] = [];
  let row = control.closest<HTMLElement>(ROWS);
  while (row !== null && row.parentElement !== null && main.contains(row)) {
    places.push({ row, list: row.parentElement, index: rowsOf(row.parentElement).indexOf(row) });
    row = row.parentElement.closest<HTMLElement>(ROWS);
  }
  return places.length === 0 ? null : { control, places, card: control.closest<HTMLElement>("section") };
}

/** Of the row itself, which may have lost no more than a button, or of the one in its place; else of those after it, then before it. */
function nextControl(places: readonly Place[]): HTMLElement | undefined {
  for (const { row, list, index } of places) {
    const rows = list.isConnected ? rowsOf(list) : [];
    const at = row.isConnected ? rows.indexOf(row) : index;
    for (const each of [...rows.slice(at), ...rows.slice(0, at).reverse()]) {
      const control = [...each.querySelectorAll<HTMLElement>(CONTROLS)].find((found) => found.tabIndex >= 0 && found.closest(ABOVE) === null);
      if (control !== undefined) return control;
    }
  }
  return undefined;
}

function headingOf({ card }: Stand, main: HTMLElement): HTMLElement | null {
  const heading = (card?.isConnected === true ? card.querySelector<HTMLElement>("h2") : null) ?? main.querySelector<HTMLElement>("h1");
  // A heading can be given the keyboard, and is no stop on its way.
  if (heading !== null) heading.tabIndex = -1;
  return heading;
}

function rowsOf(list: HTMLElement): HTMLElement[] {
  return [...list.children].filter((each): each is HTMLElement => each instanceof HTMLElement && each.matches(ROWS));
}
