// Reads the maps of one proxy after its dump. What goes wrong costs the maps, not the view.

import type { MapView, ReleaseMaps } from '../domain/view.ts';
import { ProtocolError, TransportError } from '../errors.ts';
import type { Clock } from '../process/clock.ts';
import { parseMaps } from '../runtime-api/parse-maps.ts';
import type { TableReader } from '../runtime-api/table-reader.ts';

/**
 * How long a map that is empty gets to be filled. The script that renders Jitsi's maps clears one
 * and then adds its lines one by one, each by a program of its own; the new version appears with
 * the `commit`.
 */
const EMPTY_PAUSE_MS = 1_000;

interface MapQuestion {
  readonly files: { readonly live: string; readonly tenant: string } | null;
  /** One copy of what several proxies have alike. */
  readonly shared: Map<string, ReadonlyMap<string, string>>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Keeps the answer that counts, as it came. */
  readonly keep?: (answer: string) => Promise<void>;
}

/**
 * `null` where nobody asks for maps, or the reader has none. A live map that is empty is asked for
 * once more after a moment. Rejects only when the signal aborts.
 */
export async function readMaps(
  reader: Pick<TableReader, 'maps' | 'isSaved'>,
  { files, shared, clock, signal, keep }: MapQuestion,
): Promise<ReleaseMaps | null> {
  if (files === null || reader.maps === undefined) return null;
  const names = [files.live, files.tenant];
  try {
    let answer = await reader.maps(names, signal);
    let views = parseMaps(answer, names, shared);
    if (views.some(isEmpty) && reader.isSaved !== true) {
      await clock.sleep(EMPTY_PAUSE_MS, signal);
      answer = await reader.maps(names, signal);
      views = parseMaps(answer, names, shared);
    }
    await keep?.(answer);
    return { live: views[0]!, tenant: views[1]! };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof TransportError || error instanceof ProtocolError)) throw error;
    const unknown: MapView = { kind: 'unknown', isAbsent: false, why: error.message };
    return { live: unknown, tenant: unknown };
  }
}

function isEmpty(view: MapView): boolean {
  return view.kind === 'read' && view.entries.size === 0;
}
