import { useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR_PX = 96;

/** Keeps the end of a page that grows in sight, while its reader is at the end. `isAway` where they went back to read. */
export function useFollow(): { isAway: boolean; toEnd: () => void } {
  const follows = useRef(true);
  const [isAway, setIsAway] = useState(false);
  useEffect(() => {
    const look = () => {
      const page = document.documentElement;
      follows.current = page.scrollHeight - innerHeight - scrollY < NEAR_PX;
      setIsAway(!follows.current);
    };
    addEventListener("scroll", look, { passive: true });
    return () => removeEventListener("scroll", look);
  }, []);
  // After whatever made the page another one: words that came, or what a call turned out to cost.
  useLayoutEffect(() => {
    if (follows.current) scrollTo({ top: document.documentElement.scrollHeight });
  });
  return {
    isAway,
    toEnd: () => {
      follows.current = true;
      scrollTo({ top: document.documentElement.scrollHeight });
    },
  };
}
