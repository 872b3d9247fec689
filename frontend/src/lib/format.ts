import { useTranslation } from "react-i18next";

import { useSetting } from "./settings";
import { browserZone } from "./zone";

/** Numbers, days and times as the person reads them: in their language, in their zone. */
export interface Format {
  locale: string;
  zone: string;
  /** `1,634,912` */
  count(value: number): string;
  /** `1.88M`, three digits */
  short(value: number): string;
  /** `19 Nov`, with the year where it is not this one */
  day(moment: string | Date): string;
  /** `1 to 19 Nov` */
  days(from: string | Date, to: string | Date): string;
  /** `14:32:07` */
  time(moment: string | Date): string;
  /** `1 Dec, 08:00` */
  moment(moment: string | Date): string;
  /** `19 Nov 2026, 14:32:07 GMT+8`, for tooltips */
  exact(moment: string | Date): string;
  /** `4 min ago` under an hour, else the moment */
  ago(moment: string | Date, now?: Date): string;
  /** `2.1 s`, `3 min` */
  duration(ms: number): string;
}

/** The formats of the person who looks at the page. */
export function useFormat(): Format {
  const { i18n } = useTranslation();
  const [zone] = useSetting("zone");
  return formatOf(i18n.language, zone || browserZone());
}

const made = new Map<string, Format>();

/** The formats of a language and a zone; the same object each time, for every cell of a table asks for them. */
export function formatOf(language: string, zone: string): Format {
  const name = `${language} ${zone}`;
  const known = made.get(name) ?? makeFormat(language, zone);
  made.set(name, known);
  return known;
}

function makeFormat(language: string, zone: string): Format {
  // British order and 24 hours: "19 Nov", never "Nov 19".
  const locale = language === "en" ? "en-GB" : language;
  const date = (options: Intl.DateTimeFormatOptions) => dateFormat(locale, { timeZone: zone, hourCycle: "h23", ...options });
  const counts = new Intl.NumberFormat(language);
  const shorts = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
  const thisYear = date({ day: "numeric", month: "short" });
  const otherYear = date({ day: "numeric", month: "short", year: "numeric" });
  const months = date({ month: "short", year: "numeric" });
  const years = date({ year: "numeric" });
  const clock = date({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const minutes = date({ hour: "2-digit", minute: "2-digit" });
  const whole = date({ dateStyle: "medium", timeStyle: "long" });
  const relative = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "always" });
  const one = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

  const day = (moment: string | Date) => {
    const at = new Date(moment);
    return (years.format(at) === years.format(new Date()) ? thisYear : otherYear).format(at);
  };
  const moment = (given: string | Date) => {
    const [left, right] = [day(given), minutes.format(new Date(given))];
    return language === "en" ? `${left}, ${right}` : `${left} ${right}`;
  };
  const unit = (value: string, name: "second" | "minute") => {
    if (language !== "en") return name === "second" ? `${value} 秒` : `${value} 分鐘`;
    return name === "second" ? `${value} s` : `${value} min`;
  };
  return {
    locale,
    zone,
    count: (value) => counts.format(value),
    short: (value) => (value < 1000 ? counts.format(value) : shorts.format(value)),
    day,
    days: (from, to) => {
      const [first, last] = [new Date(from), new Date(to)];
      if (language !== "en") return thisYear.formatRange(first, last);
      return months.format(first) === months.format(last) ? `${date({ day: "numeric" }).format(first)} to ${day(last)}` : `${day(first)} to ${day(last)}`;
    },
    time: (given) => clock.format(new Date(given)),
    moment,
    exact: (given) => whole.format(new Date(given)),
    ago: (given, now = new Date()) => {
      const past = now.getTime() - new Date(given).getTime();
      if (past < 0 || past >= 3_600_000) return moment(given);
      return past < 60_000 ? relative.format(-Math.round(past / 1000), "second") : relative.format(-Math.round(past / 60_000), "minute");
    },
    duration: (ms) => (ms < 60_000 ? unit(one.format(ms / 1000), "second") : unit(counts.format(Math.round(ms / 60_000)), "minute")),
  };
}

const dateFormats = new Map<string, Intl.DateTimeFormat>();

/** A format of dates, made once: making one takes as long as hundreds of its answers. */
export function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = JSON.stringify([locale, options]);
  const known = dateFormats.get(name) ?? new Intl.DateTimeFormat(locale, options);
  dateFormats.set(name, known);
  return known;
}
