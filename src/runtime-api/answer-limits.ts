// How long an answer may be, by question. HAProxy's answers are shorter: a longer one is given up,
// and costs its own proxy, not the memory of the run. Pure.

/** `question` names what was asked, for people. */
export interface TextLimit {
  readonly question: string;
  readonly bytes: number;
  readonly lines: number;
}

/**
 * The longest line of any answer. HAProxy writes a line into one buffer (`tune.bufsize`, 16,384
 * bytes by default).
 */
export const MOST_LINE_BYTES = 1 << 17;

/** About 3 KB a process (2.6 to 3.4). */
export const INFO_LIMIT: TextLimit = { question: 'show info', bytes: 1_000_000, lines: 10_000 };

/**
 * A server takes a line and 150 bytes in `show servers state`, a line and up to 600 bytes in `show
 * stat`.
 */
export const STATE_LIMIT: TextLimit = {
  question: 'show info; show servers state; show table; show stat; show peers',
  bytes: 32_000_000,
  lines: 200_000,
};

/** Two maps of 100,000 lines each, 100 bytes a line. */
export const MAPS_LIMIT: TextLimit = { question: 'show map', bytes: 24_000_000, lines: 220_000 };

/** More than thousands of peers take. */
export const MEMBERS_LIMIT: TextLimit = { question: 'show info; show peers', bytes: 8_000_000, lines: 100_000 };

/** One word. */
export const LEVEL_LIMIT: TextLimit = { question: 'show cli level', bytes: 10_000, lines: 100 };

/**
 * The keys of a line have 15,000 bytes together; each brings a header and an entry of some 200
 * bytes, or of 1 KB with all that a table can store.
 */
export const KEYS_LIMIT: TextLimit = { question: 'show table … key …', bytes: 4_000_000, lines: 20_000 };

/** The same behind `show servers state`. */
export const PREMISE_LIMIT: TextLimit = {
  question: 'show servers state; show table … key …',
  bytes: 16_000_000,
  lines: 120_000,
};

/** A write brings an empty line, or a sentence and one. */
export const WRITES_LIMIT: TextLimit = { question: 'set table …; clear table …', bytes: 1_000_000, lines: 10_000 };

/**
 * Lines of a dump, unless its header allows fewer: HAProxy needs more than 1 GB for a table of
 * 5,000,000 entries.
 */
export const MOST_DUMP_LINES = 5_000_000;

/** What that many entries take, each 200 bytes long; the keys of a run have 2 GB together. */
export const MOST_DUMP_BYTES = 1_000_000_000;

/**
 * Lines that may come before the header of a table does: a refusal or a page of help is shorter.
 */
const MOST_LINES_BEFORE_HEADER = 10_000;

/** More than can expire and be replaced while a small table is dumped. */
const SPARE_LINES = 10_000;

/**
 * Lines of a dump by the size that its header claims, `null` before the header. A dump takes time:
 * entries that expire make room for others.
 */
export function mostDumpLines(size: number | null): number {
  return size === null ? MOST_LINES_BEFORE_HEADER : Math.min(size * 2 + SPARE_LINES, MOST_DUMP_LINES);
}
