// What there ought to be, from the source that the configuration names.

import type { Catalogue } from '../domain/discovery.ts';
import type { DiscoverySettings } from '../domain/settings.ts';
import { askCatalogue } from './consul-catalogue.ts';
import { type LastGood, openLastGood } from './last-good.ts';

/** What discovery takes from the machine and the run. */
export interface DiscoveryContext {
  readonly environment: string;
  /** The folder where the last good answers are kept. */
  readonly stateFolder: string;
  /** UTF-8 text; throws as `fs.readFileSync` does. */
  readFile(path: string): string;
  /** Milliseconds since the epoch. */
  now(): number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** `notes` are sentences for the report. */
export interface Discovered {
  readonly catalogue: Catalogue;
  readonly notes: readonly string[];
}

/**
 * `null` where no source is configured. Rejects only when the signal aborts: a source that fails is
 * a trouble in the catalogue, and a sentence.
 */
export async function discover(settings: DiscoverySettings, context: DiscoveryContext): Promise<Discovered | null> {
  const { consul, file, maxAgeMs } = settings;
  const { environment, signal, timeoutMs, stateFolder } = context;
  const now = context.now();
  if (file !== null) {
    const lastGood = openLastGood(stateFolder, environment, `file ${file}`);
    const catalogue = await readFileCatalogue(file, context, { lastGood, maxAgeMs, now });
    return withNotes(catalogue, now, lastGood.save());
  }
  if (consul === null) return null;
  const lastGood = openLastGood(stateFolder, environment, consul.url);
  const catalogue = await askCatalogue({ consul, environment, lastGood, maxAgeMs, now, timeoutMs, signal });
  return withNotes(catalogue, now, lastGood.save());
}

function withNotes(catalogue: Catalogue, now: number, lost: string | null): Discovered {
  return { catalogue, notes: [...notesOf(catalogue, now), ...(lost === null ? [] : [lost])] };
}

interface Kept {
  readonly lastGood: LastGood;
  readonly maxAgeMs: number;
  readonly now: number;
}

/** What the file says, or what it said when it was last good: somebody may be writing it. */
async function readFileCatalogue(
  file: string,
  context: DiscoveryContext,
  { lastGood, maxAgeMs, now }: Kept,
): Promise<Catalogue> {
  const { readWantedFile } = await import('./wanted-file.ts');
  const [text, why] = readText(file, context);
  const catalogue = readWantedFile(file, text, why);
  if (catalogue.troubles.length === 0) {
    lastGood.put(FILE, { atMs: now, body: text });
    return catalogue;
  }
  const kept = lastGood.get(FILE);
  if (kept === null || typeof kept.body !== 'string' || now - kept.atMs > maxAgeMs) return catalogue;
  const before = readWantedFile(file, kept.body);
  if (before.troubles.length > 0) return catalogue;
  return { ...before, troubles: catalogue.troubles.map((trouble) => ({ ...trouble, answerFromMs: kept.atMs })) };
}

/** What the text of the file is kept as. */
const FILE = 'file';

function readText(file: string, { readFile }: DiscoveryContext): readonly [text: string | null, why?: string] {
  try {
    return [readFile(file)];
  } catch (error) {
    return [null, error instanceof Error && 'code' in error ? String(error.code) : String(error)];
  }
}

/**
 * One sentence for each thing to do: a Consul that does not answer is said once, not once for each
 * question.
 */
export function notesOf({ troubles }: Catalogue, now: number): readonly string[] {
  const groups = new Map<string, Catalogue['troubles'][number][]>();
  for (const trouble of troubles) {
    const alike = new Set(troubles.filter(({ message }) => message === trouble.message).map((one) => one.datacenter));
    const where = alike.size > 1 ? trouble.message : trouble.datacenter;
    const key = JSON.stringify([where, trouble.remedy, trouble.answerFromMs === null]);
    groups.set(key, [...(groups.get(key) ?? []), trouble]);
  }
  return [...groups.values()].map((group) => {
    const [{ message, remedy }] = group as [Catalogue['troubles'][number]];
    const parts = [...new Set(group.map(({ part }) => part))].join(', ');
    const oldest = Math.min(...group.map(({ answerFromMs }) => answerFromMs ?? Number.NaN));
    const instead = Number.isNaN(oldest)
      ? `${parts}: not all is known`
      : `${parts}: the last good answer stands in, ${minutes(now - oldest)} old`;
    const text = `Discovery: ${message}${remedy === '' ? '' : `: ${remedy}`}`;
    return `${text}${text.endsWith('?') ? '' : '.'} (${instead}.)`;
  });
}

function minutes(milliseconds: number): string {
  const whole = Math.round(milliseconds / 60_000);
  return whole < 1 ? 'less than a minute' : `${whole} min`;
}
