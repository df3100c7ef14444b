// Reads several folders of saved dumps as one mesh: each holds a part of it, such as the proxies of
// a region.

import { realpathSync } from 'node:fs';
import type { TakenAt } from '../../domain/comparison.ts';
import { ConfigError } from '../../errors.ts';
import type { Member } from '../collect.ts';
import { openArchive, type SavedMesh } from './reader.ts';

/**
 * How far apart parts of one mesh may have been taken. Within the usual `expire` of five minutes
 * the tables change beyond comparison.
 */
const MOST_APART_MS = 300_000;

/** Several saved parts as one mesh; `folders` are as they were named. */
export interface SavedParts {
  readonly folders: readonly string[];
  readonly environment: string | null;
  readonly members: readonly Member[];
  /** From the first look at a part to the last; `null` where a part does not say. */
  readonly takenAt: TakenAt | null;
  /** How many proxies there had to be, where every part says it. */
  readonly expected: { readonly min: number; readonly max: number } | null;
  /** Sentences without which the mesh could be misread. */
  readonly notes: readonly string[];
}

/**
 * Rejects with a `ConfigError` what cannot be one mesh: a folder that is named twice, other
 * environments, one proxy's name twice, and parts that were taken far apart.
 */
export function openParts(folders: readonly string[], table: string): SavedParts {
  const parts = folders.map((folder) => ({ folder, ...openArchive(folder, table) }));
  const complaints = [...namedTwice(folders), ...environmentsOf(parts), ...proxiesTwice(parts), ...farApart(parts)];
  if (complaints.length > 0) throw new ConfigError(complaints);
  const times = parts.map(({ takenAt }) => takenAt);
  const takenAt = together(times);
  return {
    folders,
    environment: parts.find(({ environment }) => environment !== null)?.environment ?? null,
    members: parts.flatMap(({ members }) => members),
    takenAt,
    expected: sumOf(parts.map(({ expected }) => expected)),
    notes: parts.length > 1 ? [notedTimes(takenAt, parts)] : [],
  };
}

type Part = SavedMesh & { readonly folder: string };

function namedTwice(folders: readonly string[]): readonly string[] {
  const places = folders.map((folder) => realpathSync(folder));
  return folders.flatMap((folder, n) => {
    const first = places.indexOf(places[n]!);
    return first === n ? [] : [`${folder}: this is the same folder as ${folders[first]}: name each part once`];
  });
}

function environmentsOf(parts: readonly Part[]): readonly string[] {
  const [first, ...others] = parts.filter(({ environment }) => environment !== null);
  return others.flatMap(({ folder, environment }) =>
    environment === first!.environment
      ? []
      : [
          `${folder}: this snapshot is of environment ${environment}, and ${first!.folder} is of ${first!.environment}: they are not parts of one mesh`,
        ],
  );
}

function proxiesTwice(parts: readonly Part[]): readonly string[] {
  const seen = new Map<string, Part>();
  const complaints: string[] = [];
  for (const part of parts) {
    for (const { target } of part.members) {
      const first = seen.get(target.name);
      if (first === undefined) seen.set(target.name, part);
      // A folder that is named twice has its own complaint.
      else if (first !== part && realpathSync(first.folder) !== realpathSync(part.folder))
        complaints.push(
          `${part.folder}: proxy ${target.name} is in ${first.folder} too: a proxy belongs to one part; take each part from its own proxies, under names of their own`,
        );
    }
  }
  return complaints;
}

function farApart(parts: readonly Part[]): readonly string[] {
  const timed = parts
    .flatMap(({ folder, takenAt }) => (takenAt === null ? [] : [{ folder, ...takenAt }]))
    .sort((one, other) => one.startedAtMs - other.startedAtMs);
  const [first] = timed;
  const last = timed.at(-1);
  if (first === undefined || last === undefined) return [];
  const apartMs = last.startedAtMs - first.finishedAtMs;
  if (apartMs <= MOST_APART_MS) return [];
  return [
    `${last.folder}: it was taken ${Math.round(apartMs / 60_000)} min after ${first.folder}: take the parts of a mesh within ${MOST_APART_MS / 60_000} min`,
  ];
}

function together(times: readonly (TakenAt | null)[]): TakenAt | null {
  const known = times.filter((time) => time !== null);
  if (known.length < times.length || known.length === 0) return null;
  return {
    startedAtMs: Math.min(...known.map(({ startedAtMs }) => startedAtMs)),
    finishedAtMs: Math.max(...known.map(({ finishedAtMs }) => finishedAtMs)),
  };
}

function sumOf(ranges: readonly SavedMesh['expected'][]): SavedMesh['expected'] {
  const known = ranges.filter((range) => range !== null);
  if (known.length < ranges.length || known.length === 0) return null;
  const sum = (of: 'min' | 'max') => known.reduce((total, range) => total + range[of], 0);
  return { min: sum('min'), max: sum('max') };
}

function notedTimes(takenAt: TakenAt | null, parts: readonly Part[]): string {
  if (takenAt !== null) {
    const seconds = Math.ceil((takenAt.finishedAtMs - takenAt.startedAtMs) / 1_000);
    return `The parts were taken within ${seconds} s: what changed in that time may look like a disagreement.`;
  }
  const untimed = parts.flatMap((part) => (part.takenAt === null ? [part.folder] : []));
  return `When the dumps in ${untimed.join(', ')} were taken is not known: what changed between the parts may look like a disagreement.`;
}
