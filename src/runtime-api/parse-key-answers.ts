// Reads the answers to a line of `show table T key K` commands: one answer a key, in the order
// asked.

import type { EntrySink } from './entry-sink.ts';
import { createTableParser } from './parse-table.ts';

/**
 * What came of a batch of keys; `found` counts the entries that went to the sink. Absent keys are a
 * real answer: the proxy has no entry.
 */
export type KeyAnswers =
  | { readonly outcome: 'complete'; readonly found: number }
  | { readonly outcome: 'truncated' | 'denied' | 'no-such-table' | 'refused' | 'not-haproxy'; readonly remark: string };

/**
 * HAProxy's refusals are one sentence: `Invalid key`, `Showing keys from tables of type other than
 * ...` (2.6 to 3.4).
 */
const SENTENCE = /^[A-Z][ -~]{0,200}$/;

/**
 * Each answer ends with an empty line; a key without an entry gets nothing but that line (2.6 to
 * 3.4). The entry that is found goes to `sink` only under the key that was asked for: HAProxy cuts
 * a longer key at the table's `len` and may find another one.
 */
export function parseKeyAnswers(text: string, keys: readonly string[], sink: EntrySink): KeyAnswers {
  let at = 0;
  let found = 0;
  for (const key of keys) {
    if (at >= text.length) return { outcome: 'truncated', remark: 'the answer ended early' };
    if (text[at] === '\n') {
      at++;
      continue;
    }
    const end = text.indexOf('\n\n', at);
    if (end < 0) return { outcome: 'truncated', remark: 'the answer ended early' };
    const parser = createTableParser(
      onlyKey(key, sink, () => {
        found++;
      }),
    );
    parser.push(Buffer.from(text.slice(at, end + 2), 'latin1'));
    const { outcome, remark, unreadableLines } = parser.end();
    if (outcome === 'not-haproxy' && SENTENCE.test(text.slice(at, end)))
      return { outcome: 'refused', remark: text.slice(at, end) };
    if (outcome !== 'complete') return { outcome, remark: remark ?? '' };
    if (unreadableLines > 0) return { outcome: 'not-haproxy', remark: remark ?? '' };
    at = end + 2;
  }
  // More answers than questions: it is not known which belongs to which key.
  if (at < text.length) return { outcome: 'not-haproxy', remark: text.slice(at).trimStart().split('\n', 1)[0]! };
  return { outcome: 'complete', found };
}

function onlyKey(key: string, sink: EntrySink, onFound: () => void): EntrySink {
  return {
    entry(entry) {
      const { bytes, keyStart, keyEnd } = entry;
      if (Buffer.from(bytes.buffer, bytes.byteOffset + keyStart, keyEnd - keyStart).toString('latin1') !== key) return;
      onFound();
      sink.entry(entry);
    },
  };
}
