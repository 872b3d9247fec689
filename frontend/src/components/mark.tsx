/** The mark of the product. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg aria-hidden width={size} height={size} viewBox="0 0 32 32" className="shrink-0">
      <rect width="32" height="32" rx="8" className="fill-ink" />
      <path d="M10 22v-6a6 6 0 0 1 12 0v6" className="fill-none stroke-surface" strokeWidth="2.6" strokeLinecap="round" />
      <circle cx="16" cy="17" r="2.2" className="fill-surface" />
    </svg>
  );
}
