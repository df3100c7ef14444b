// The last good answers, kept in the state folder beside the journals: what stands in where a
// source fails.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `body` is the answer as it was parsed; whoever takes it checks it as if it came now. */
export interface KeptAnswer {
  readonly atMs: number;
  readonly body: unknown;
}

export interface LastGood {
  get(question: string): KeptAnswer | null;
  put(question: string, answer: KeptAnswer): void;
  /** Writes what was put. Gives a sentence where that failed, `null` otherwise. */
  save(): string | null;
}

const VERSION = 'splitbrain/discovery/1';

/**
 * Of one environment and one source: the answers of another Consul never stand in. Never throws: a
 * file that cannot be read or is something else is as good as none.
 */
export function openLastGood(folder: string, environment: string, source: string): LastGood {
  const file = join(folder, `discovery-${environment}.json`);
  const answers = readAnswers(file, source);
  let isChanged = false;
  return {
    get: (question) => answers.get(question) ?? null,
    put: (question, answer) => {
      answers.set(question, answer);
      isChanged = true;
    },
    save: () => (isChanged ? writeAnswers(file, { folder, source, answers }) : null),
  };
}

function readAnswers(file: string, source: string): Map<string, KeptAnswer> {
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as {
      readonly schema?: unknown;
      readonly source?: unknown;
      readonly answers?: Readonly<Record<string, KeptAnswer>>;
    };
    if (kept.schema !== VERSION || kept.source !== source) return new Map();
    return new Map(Object.entries(kept.answers ?? {}).filter(([, answer]) => typeof answer?.atMs === 'number'));
  } catch {
    return new Map();
  }
}

interface Kept {
  readonly folder: string;
  readonly source: string;
  readonly answers: ReadonlyMap<string, KeptAnswer>;
}

/** Another process never sees half of a file: it is written under another name, then renamed. */
function writeAnswers(file: string, { folder, source, answers }: Kept): string | null {
  const draft = `${file}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    rmSync(draft, { force: true });
    const text = JSON.stringify({ schema: VERSION, source, answers: Object.fromEntries(answers) });
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
    renameSync(draft, file);
    return null;
  } catch (error) {
    // `rmSync` throws where a folder of the path is a file, in spite of `force`.
    if (existsSync(draft)) rmSync(draft, { force: true });
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return `What discovery found could not be kept in ${file} (${why}): heal.journal names its folder.`;
  }
}
