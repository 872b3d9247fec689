import { clsx } from "clsx";
import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

interface TabsProps<Name extends string> {
  label: string;
  tabs: readonly { name: Name; label: string; content: ReactNode }[];
  value: Name;
  onChange: (name: Name) => void;
  /** At the right of the tabs. */
  aside?: ReactNode;
  /** `line` for a page's parts, `box` within a block of code. */
  look?: "line" | "box";
}

/** Several contents in one place, chosen by tabs; arrow keys go between them. */
export function Tabs<Name extends string>({ label, tabs, value, onChange, aside, look = "line" }: TabsProps<Name>) {
  return (
    <Radix.Root value={value} onValueChange={(name) => onChange(name as Name)}>
      <div className={clsx("flex items-center gap-2 border-b border-line", look === "box" && "p-1.5")}>
        <Radix.List aria-label={label} className={clsx("flex min-w-0 grow overflow-x-auto", look === "line" ? "gap-5 px-4" : "gap-0.5")}>
          {tabs.map((tab) => (
            <Radix.Trigger
              key={tab.name}
              value={tab.name}
              className={clsx(
                "shrink-0 text-dense font-medium whitespace-nowrap text-ink-3 hover:text-ink data-[state=active]:text-ink coarse:min-h-11",
                look === "line"
                  ? "border-b-2 border-transparent py-2.5 -outline-offset-2 data-[state=active]:border-accent"
                  : "h-7 rounded-button border border-transparent px-2.5 data-[state=active]:border-line data-[state=active]:bg-surface",
              )}
            >
              {tab.label}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {aside}
      </div>
      {tabs.map((tab) => (
        <Radix.Content key={tab.name} value={tab.name} tabIndex={-1}>
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
