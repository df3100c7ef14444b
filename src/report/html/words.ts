// Words from outside, and sentences of the text report, for a page: printable, and not yet escaped.
// Pure.

import type { ShardSummary } from '../../domain/run-report.ts';
import { displayCommand, displayName, displayText } from '../display.ts';
import { createPage, type Page } from '../page.ts';
import { namesIn } from '../shard-names.ts';

/** The longest key of a table that is in use, each byte spelled in four characters. */
const longestName = 800;

/**
 * For functions that make sentences for a text report: each is one line. Its `text` puts the names
 * of shards before their addresses.
 */
export function lineOf({ shards }: { readonly shards: readonly Pick<ShardSummary, 'address' | 'name'>[] }): Page {
  return createPage({ width: Number.POSITIVE_INFINITY, colour: false, unicode: true }, namesIn(shards));
}

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

/** `2026-11-28 14:19:18 UTC`. */
export function shownTime(time: Date): string {
  return `${time.toISOString().replace('T', ' ').slice(0, 19)} UTC`;
}
