import type { SettingShown, SystemShown } from "@/client/schema.gen";

/** All that the page shows, as text to send to somebody; of secrets only that they are set. */
export function reportOf(system: SystemShown, settings: readonly SettingShown[]): string {
  const configured = settings.map((each) => ({ name: each.name, value: each.is_secret ? (each.is_set ? "(set, secret)" : null) : each.value, set_in: each.variable ?? each.origin }));
  return JSON.stringify({ ...system, settings: configured }, null, 2);
}

/** The settings a search finds, in their name, their value or their variable. Without one, those that somebody has set; with `defaults` all. */
export function settingsFound(settings: readonly SettingShown[], q: string | undefined, defaults: boolean): SettingShown[] {
  const words = (q ?? "").toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return settings.filter((each) => defaults || each.origin !== "default");
  return settings.filter((each) => {
    const text = [each.name, each.value, each.variable].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
