// In place of the library that reads ICU skeletons such as `{n, number, ::compact}`: numbers and dates are written by lib/format,
// which knows the person's zone, so no message has one. scripts/messages.mjs refuses those that do.

/** Refuses a skeleton. */
export function parseNumberSkeleton(): never {
  throw new Error("messages have no skeletons");
}

export const parseNumberSkeletonFromString = parseNumberSkeleton;
export const parseDateTimeSkeleton = parseNumberSkeleton;
