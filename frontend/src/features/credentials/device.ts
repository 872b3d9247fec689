const SYSTEMS = [
  [/iPhone|iPad/, "iPhone"],
  [/Android/, "Android"],
  [/Mac OS X|Macintosh/, "Mac"],
  [/Windows/, "Windows"],
  [/Linux|X11/, "Linux"],
] as const;

/** What a credential for this device could be called: there is no better name that a browser would tell. */
export function thisDevice(agent = navigator.userAgent): string {
  return SYSTEMS.find(([pattern]) => pattern.test(agent))?.[1] ?? "Laptop";
}
