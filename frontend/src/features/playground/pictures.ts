/** The kinds of pictures that models take. */
export const PICTURE_TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"] as const;
export const PICTURES_MAX = 4;
export const PICTURE_MB_MAX = 5;

/** Why some files are not taken. */
export type Refused = "type" | "size" | "count";

/** Of files, those that can be sent beside so many, and why the others cannot. */
export function takenOf<Chosen extends { type: string; size: number }>(files: readonly Chosen[], already: number): { taken: Chosen[]; refused: Refused | null } {
  const ofType = files.filter((file) => (PICTURE_TYPES as readonly string[]).includes(file.type));
  const small = ofType.filter((file) => file.size <= PICTURE_MB_MAX * 1_000_000);
  const taken = small.slice(0, Math.max(0, PICTURES_MAX - already));
  const refused = ofType.length < files.length ? "type" : small.length < ofType.length ? "size" : taken.length < small.length ? "count" : null;
  return { taken, refused };
}

/** A picture as an address that holds all of it. */
export function addressOf(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => (typeof reader.result === "string" ? resolve(reader.result) : reject(new Error("not read")));
    reader.onerror = () => reject(reader.error ?? new Error("not read"));
    reader.readAsDataURL(file);
  });
}
