// What changed from one look to the next, in a few sentences. Pure.

import type { RunReport } from '../domain/run-report.ts';

/** As much of a look as is compared with the next one: bounded, whatever the mesh holds. */
export interface LookMemory {
  readonly verdict: string;
  /** Status by proxy. */
  readonly proxies: ReadonlyMap<string, string>;
  /** By kind and key: what is said of it. `null` where there are too many to keep. */
  readonly findings: ReadonlyMap<string, string> | null;
  readonly findingCount: number;
}

/** Conferences are sentences of their own up to here; beyond, their number is one sentence. */
const MOST_KEPT = 500;
const MOST_NAMED = 3;

export function rememberLook({ verdict, view, proxies, findings }: RunReport): LookMemory {
  const isFew = findings.length <= MOST_KEPT;
  return {
    verdict: view === 'incomplete' && verdict !== 'incomplete' ? `${verdict}, incomplete` : verdict,
    proxies: new Map(proxies.map(({ name, status }) => [name, status])),
    findings: isFew
      ? new Map([...findings].map(({ kind, key, conference }) => [`${kind} ${key}`, `${kind} ${conference}`]))
      : null,
    findingCount: findings.length,
  };
}

/** The sentences hold names as they came: whoever shows them makes them fit for a terminal. */
export function changesBetween(before: LookMemory, after: LookMemory): readonly string[] {
  const changes: string[] = [];
  if (before.verdict !== after.verdict) changes.push(`verdict: ${before.verdict} -> ${after.verdict}`);
  for (const [name, status] of after.proxies) {
    const earlier = before.proxies.get(name);
    if (earlier === undefined) changes.push(`proxy ${name}: new, ${status}`);
    else if (earlier !== status) changes.push(`proxy ${name}: ${earlier} -> ${status}`);
  }
  for (const name of before.proxies.keys())
    if (!after.proxies.has(name)) changes.push(`proxy ${name}: not there any more`);
  return [...changes, ...findingChanges(before, after)];
}

function findingChanges(before: LookMemory, after: LookMemory): readonly string[] {
  const [earlier, later] = [before.findings, after.findings];
  if (earlier === null || later === null) {
    return before.findingCount === after.findingCount
      ? []
      : [`findings: ${before.findingCount} -> ${after.findingCount}`];
  }
  const added = [...later].filter(([id]) => !earlier.has(id)).map(([, words]) => words);
  const gone = [...earlier].filter(([id]) => !later.has(id)).map(([, words]) => words);
  return [...named('new', added), ...named('gone', gone)];
}

function named(what: string, words: readonly string[]): readonly string[] {
  const shown = words.slice(0, MOST_NAMED).map((each) => `${what}: ${each}`);
  const rest = words.length - shown.length;
  return rest > 0 ? [...shown, `${what}: ${rest} more`] : shown;
}
