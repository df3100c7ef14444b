// One kept report: its run and the names of its findings. Only what is needed is parsed, because a
// thousand reports are read at once.

import { type FindingKind, findingKinds } from '../domain/finding.ts';
import {
  endsByHeal,
  isFindingKind,
  type KeptFinding,
  type KeptRun,
  lessHealed,
  verdictAfter,
} from '../domain/run-history.ts';
import type { Counts, Verdict } from '../domain/run-report.ts';
import { linesOf, UnreadableFile } from './report-lines.ts';

/** A kept report, as far as it is read. */
export interface KeptReport {
  readonly environment: string;
  readonly table: string;
  readonly run: Omit<KeptRun, 'at'>;
  readonly findings: readonly KeptFinding[];
}

const SCHEMA = 'splitbrain/report/1';
/** Beyond any table. */
const MOST_FINDINGS = 2_000_000;
/** The beginning of a finding's line, which nearly always holds its names. */
const USUAL_NAMES = 2_048;

type Named = Omit<KeptFinding, 'isHealed'> & { readonly isPlanned: boolean };

/** Throws UnreadableFile where it is no whole report of this version, or the system's error. */
export async function readKeptReport(path: string): Promise<KeptReport> {
  const members = new Map<string, unknown>();
  const named: Named[] = [];
  let list: string | null = null;
  let last = '';
  let number = 0;
  for await (const line of linesOf(path)) {
    number++;
    if (number === 1 && !(line.length === 1 && line[0] === 0x7b)) throw new UnreadableFile('it is no report');
    if (line[0] === 0x5d) list = null;
    else if (list !== null) {
      if (list === 'findings') keep(named, line);
    } else if (line[0] === 0x22) {
      const { name, value, isList } = memberOf(line);
      if (name === 'schema' && value !== SCHEMA) throw new UnreadableFile(otherSchema(value));
      if (isList) list = name;
      else members.set(name, value);
    }
    last = line.length === 1 ? line.toString('latin1') : '';
  }
  if (last !== '}') throw new UnreadableFile('its end is missing');
  return reportOf(members, named);
}

function otherSchema(value: unknown): string {
  return /^splitbrain\/report\/\d{1,6}$/.test(String(value))
    ? `it is a ${value}: a newer version of splitbrain wrote it`
    : 'it is no report';
}

/** `"name": value,` or `"name": [`, as `report/json.ts` writes them. */
function memberOf(line: Buffer): { readonly name: string; readonly value: unknown; readonly isList: boolean } {
  const parts = /^"([A-Za-z]+)": ([\s\S]*)$/.exec(line.toString('utf8'));
  if (parts === null) throw new UnreadableFile('it is no report');
  const [, name = '', rest = ''] = parts;
  if (rest === '[') return { name, value: [], isList: true };
  return { name, value: parse(rest.replace(/,$/, '')), isList: false };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableFile('it is no JSON, or damaged');
  }
}

const names = /^\{"kind":("[a-z-]{1,40}"),"key":("(?:[^"\\]|\\.){0,1500}"),"conference":("(?:[^"\\]|\\.){0,1500}"),/;

function keep(named: Named[], line: Buffer): void {
  if (named.length >= MOST_FINDINGS) throw new UnreadableFile(`it has more than ${MOST_FINDINGS} findings`);
  const usual = names.exec(line.toString('utf8', 0, USUAL_NAMES));
  const [kind, key, conference] =
    usual === null ? wholeNames(line) : [parse(usual[1]!), parse(usual[2]!), parse(usual[3]!)];
  if (typeof kind !== 'string' || typeof key !== 'string' || typeof conference !== 'string')
    throw new UnreadableFile('one of its findings has no name');
  // A kind of a later version.
  if (!isFindingKind(kind)) return;
  // Quotes within a name have a backslash in front, so that no name can hold this.
  named.push({ kind, key, conference, isPlanned: line.includes('"decision":{"winner":') });
}

function wholeNames(line: Buffer): readonly unknown[] {
  const text = line.toString('utf8');
  const { kind, key, conference } = fieldsOf(parse(text.replace(/,$/, '')));
  return [kind, key, conference];
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UnreadableFile('a part of it is missing');
  return value as Fields;
}

function reportOf(members: ReadonlyMap<string, unknown>, named: readonly Named[]): KeptReport {
  if (!members.has('schema')) throw new UnreadableFile('it is no report');
  const run = fieldsOf(members.get('run'));
  const counts = countsOf(fieldsOf(members.get('counts')));
  const heal = members.get('heal') ?? null;
  const isHealed = heal === null ? () => false : healedBy(fieldsOf(heal), named);
  const findings = named.map(({ isPlanned: _, ...finding }) => ({
    ...finding,
    isHealed: endsByHeal(finding.kind) && isHealed(finding.key),
  }));
  const judged = {
    verdict: oneOf(members.get('verdict'), ['agree', 'split', 'incomplete'] satisfies Verdict[]),
    view: oneOf(members.get('view'), ['complete', 'incomplete'] as const),
  };
  return {
    environment: textOf(members.get('environment')),
    table: textOf(members.get('table')),
    run: {
      id: textOf(run.id),
      command: textOf(run.command),
      ...judged,
      exitCode: numberOf(members.get('exitCode')),
      counts,
      after: verdictAfter(judged, lessHealed(counts.byKind, findings)),
      heal: heal === null ? null : healOf(fieldsOf(heal)),
    },
    findings,
  };
}

/** As `domain/remaining.ts` has it: what a heal planned and did not refuse. */
function healedBy(heal: Fields, named: readonly Named[]): (key: string) => boolean {
  const ended = numberOf(heal.verified) + numberOf(heal.settledThemselves) + numberOf(heal.ended ?? 0);
  if (heal.interrupted !== false || ended === 0 || !Array.isArray(heal.refusals)) return () => false;
  const healed = new Set<unknown>(named.flatMap(({ key, isPlanned }) => (isPlanned ? [key] : [])));
  for (const refusal of heal.refusals) healed.delete(fieldsOf(refusal).key);
  return (key) => healed.has(key);
}

function healOf(heal: Fields): KeptRun['heal'] {
  return { planned: numberOf(heal.planned), verified: numberOf(heal.verified), failed: numberOf(heal.failed) };
}

/** A kind that the report does not count yet counts as none. */
function countsOf(counts: Fields): Counts {
  return {
    proxies: numberOf(counts.proxies),
    proxiesReporting: numberOf(counts.proxiesReporting),
    conferences: numberOf(counts.conferences),
    byKind: Object.fromEntries(findingKinds.map((kind) => [kind, numberOf(counts[kind] ?? 0)])) as Record<
      FindingKind,
      number
    >,
    inFlight: numberOf(counts.inFlight ?? 0),
  };
}

function numberOf(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new UnreadableFile('one of its counts is no number');
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new UnreadableFile('a part of it is missing');
}

function oneOf<const Word extends string>(value: unknown, words: readonly Word[]): Word {
  const word = words.find((known) => known === value);
  if (word === undefined) throw new UnreadableFile('it has no verdict of this version');
  return word;
}
