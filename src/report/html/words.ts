// Words from outside, and sentences of the text report, for a page: printable, and not yet escaped.
// Pure.

import { displayCommand, displayName, displayText } from '../display.ts';
import { createPage, type Page } from '../page.ts';

/** The longest key of a table that is in use, each byte spelled in four characters. */
const longestName = 800;

/** For functions that make sentences for a text report: each is one line. */
export const onePage: Page = createPage({ width: Number.POSITIVE_INFINITY, colour: false, unicode: true });

/** A name as `displayName` spells it: nothing in it can reorder or hide text of the page. */
export function shownName(name: string, columns: number = longestName): string {
  return displayName(name, true, columns);
}

export function shownText(text: string): string {
  return displayText(text, true);
}

/** A command to copy. */
export function shownCommand(command: string): string {
  return displayCommand(command, true);
}

/** `12 s`, `13 min`, `4 h`, `10 d`. */
export function shownDuration(seconds: number): string {
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

/** `2026-11-28 14:19:18 UTC`. */
export function shownTime(time: Date): string {
  return `${time.toISOString().replace('T', ' ').slice(0, 19)} UTC`;
}
