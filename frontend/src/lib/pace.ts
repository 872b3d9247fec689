/** How a window of a limit goes: `share` is what of it is used, `today` how much of the window is over, both 0 to 1. */
export interface Pace {
  share: number;
  today: number;
  state: "fine" | "soon" | "over";
  /** When it runs out at this pace; null where it lasts until it resets. */
  runsOutAt: Date | null;
}

/** A limit with its window, as the API tells it. Amounts of money are decimal strings. */
export interface Windowed {
  limit: number | string | null;
  used: number | string;
  left: number | string | null;
  window_start: string | null;
  resets_at: string | null;
}

const LITTLE_LEFT = 0.2;

/** The pace of a limit at a moment: the one place that computes it. Only drawn and compared, so a float is enough. */
export function paceOf(limit: Windowed, now: Date): Pace {
  const [whole, used, left] = [Number(limit.limit ?? 0), Number(limit.used), Number(limit.left ?? 0)];
  const share = whole > 0 ? Math.min(1, Math.max(0, used / whole)) : 1;
  if (left <= 0) return { share: 1, today: todayIn(limit, now), state: "over", runsOutAt: null };
  const today = todayIn(limit, now);
  let runsOutAt: Date | null = null;
  if (limit.window_start !== null && limit.resets_at !== null && used > 0) {
    const [start, end] = [Date.parse(limit.window_start), Date.parse(limit.resets_at)];
    const out = now.getTime() + (left / used) * Math.max(1, now.getTime() - start);
    if (out < end) runsOutAt = new Date(out);
  }
  const soon = runsOutAt !== null || left / whole < LITTLE_LEFT;
  return { share, today, state: soon ? "soon" : "fine", runsOutAt };
}

function todayIn(limit: Windowed, now: Date): number {
  if (limit.window_start === null || limit.resets_at === null) return 0;
  const [start, end] = [Date.parse(limit.window_start), Date.parse(limit.resets_at)];
  return end > start ? Math.min(1, Math.max(0, (now.getTime() - start) / (end - start))) : 0;
}

/** Of limits, the one of which most is used; null where nothing is limited. */
export function tightestLimit<Limit extends Windowed>(limits: readonly Limit[], now: Date): Limit | null {
  const limited = limits.filter((limit) => limit.limit !== null).map((limit) => ({ limit, share: paceOf(limit, now).share }));
  return limited.toSorted((a, b) => b.share - a.share)[0]?.limit ?? null;
}
