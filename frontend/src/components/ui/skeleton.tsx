import { clsx } from "clsx";

/** The place of something that is being read, in its final size. It shows itself after 150 ms. */
export function Skeleton({ className }: { className: string }) {
  return <div aria-hidden className={clsx("appear-late", className)}><div className="size-full rounded-button bg-hover shimmer" /></div>;
}

/** So many lines of a list that is being read. */
export function SkeletonRows({ count, rowClass = "h-[38px]" }: { count: number; rowClass?: string }) {
  return (
    <div aria-hidden className="divide-y divide-line">
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className={clsx("flex items-center px-4", rowClass)}>
          <Skeleton className={clsx("h-3.5", ["w-3/5", "w-2/5", "w-1/2"][index % 3])} />
        </div>
      ))}
    </div>
  );
}
