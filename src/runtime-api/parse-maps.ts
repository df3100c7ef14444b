// Reads the answers to several `show map FILE` of one line.

import type { MapView } from '../domain/view.ts';

/**
 * One view a file, in their order. HAProxy writes `0xPOINTER KEY VALUE` for each entry, then an
 * empty line; of a map that it does not know, one sentence and an empty line (2.6 to 3.4). A key
 * may hold blanks, a value of these maps holds none, so that a line is cut at its last blank.
 * `shared` keeps one copy of entries that are alike on several proxies, by their text.
 */
export function parseMaps(
  text: string,
  files: readonly string[],
  shared: Map<string, ReadonlyMap<string, string>>,
): readonly MapView[] {
  let rest = text;
  return files.map((file): MapView => {
    const end = rest.startsWith('\n') ? 0 : rest.indexOf('\n\n');
    if (end < 0) return notRead('the answer ended early');
    const section = rest.slice(0, end);
    rest = rest.slice(end === 0 && rest.startsWith('\n') ? 1 : end + 2);
    if (section.startsWith('Unknown map identifier')) return { kind: 'unknown', isAbsent: true, why: unknown(file) };
    return readEntries(section, shared);
  });
}

function readEntries(section: string, shared: Map<string, ReadonlyMap<string, string>>): MapView {
  // Pointers differ from process to process.
  const content = section.replace(/^0x[0-9a-f]+ /gm, '\t');
  const before = shared.get(content);
  if (before !== undefined) return { kind: 'read', entries: before };
  const entries = new Map<string, string>();
  for (const line of content === '' ? [] : content.split('\n')) {
    const blank = line.lastIndexOf(' ');
    if (!line.startsWith('\t') || blank < 2) {
      return notRead(`HAProxy answered ${JSON.stringify(line.replace(/^\t/, '').slice(0, 120))}`);
    }
    // HAProxy looks from the top: the first of two lines of one key counts.
    const key = line.slice(1, blank);
    if (!entries.has(key)) entries.set(key, line.slice(blank + 1));
  }
  shared.set(content, entries);
  return { kind: 'read', entries };
}

function unknown(file: string): string {
  return `no such map: HAProxy does not know ${file}`;
}

function notRead(why: string): MapView {
  return { kind: 'unknown', isAbsent: false, why };
}
