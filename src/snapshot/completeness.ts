// How far a look at one proxy got, and what that means: every way of failing becomes a status, a
// reason and a remedy.

import { editDistance } from '../domain/edit-distance.ts';
import type { ProxyStatus, ProxyTarget, Trouble } from '../domain/proxy.ts';
import type { ProxyView, ReleaseMaps, TableView } from '../domain/view.ts';
import { LEVEL_TROUBLE } from '../runtime-api/answer-trouble.ts';
import type { ProxyState } from '../runtime-api/parse-state.ts';
import type { TableAnswer } from '../runtime-api/parse-table.ts';
import type { TableHeader } from '../runtime-api/table-header.ts';

/** What was had of one proxy before something, if anything, went wrong. */
export interface Reading {
  readonly target: ProxyTarget;
  readonly state: ProxyState | null;
  readonly answer: TableAnswer | null;
  readonly trouble: Trouble | null;
  readonly duplicates: number;
  readonly keyLength: number | null;
  readonly maps: ReleaseMaps | null;
  readonly bytes: number;
  readonly milliseconds: number;
}

/**
 * The reading as a view. A conversation that broke off in the middle of a dump is `truncated`: what
 * came is true.
 */
export function viewOf(reading: Reading, table: string): ProxyView {
  const { target, state, answer, bytes, milliseconds } = reading;
  const judged = judge(reading, table);
  return {
    name: target.name,
    region: target.region,
    ...judged,
    haproxy: state?.haproxy ?? null,
    uptimeSeconds: state?.uptimeSeconds ?? null,
    pid: state?.pid ?? null,
    startedAtSeconds: state?.startedAtSeconds ?? null,
    table: tableView(reading),
    peersKnown: state?.peersKnown ?? false,
    peersRemark: state?.peersRemark ?? null,
    localPeer: state?.localPeer ?? null,
    peers: state?.peers ?? [],
    ...(state?.onlyHeard && { onlyHeard: state.onlyHeard }),
    servers: state?.servers ?? [],
    ...(reading.maps && { maps: reading.maps }),
    collect: { bytes: Math.max(bytes, answer?.bytes ?? 0), milliseconds: Math.round(milliseconds) },
  };
}

function judge(
  { state, answer, trouble }: Reading,
  table: string,
): { readonly status: ProxyStatus; readonly trouble: Trouble | null } {
  if (trouble !== null) return { status: (answer?.entries ?? 0) > 0 ? 'truncated' : statusOf(trouble), trouble };
  if (answer === null)
    return { status: 'unreachable', trouble: { code: 'interrupted', message: 'not read', remedy: 'run again' } };
  switch (answer.outcome) {
    case 'complete':
      return answer.unreadableLines === 0
        ? { status: 'ok', trouble: null }
        : { status: 'truncated', trouble: unreadable(answer) };
    case 'truncated':
      return { status: 'truncated', trouble: answer.unreadableLines === 0 ? truncated(answer) : unreadable(answer) };
    case 'denied':
      return { status: 'denied', trouble: LEVEL_TROUBLE };
    case 'no-such-table':
      return { status: 'no-table', trouble: noTable(table, state?.tables ?? []) };
    case 'not-haproxy':
      return { status: 'unreachable', trouble: notHaproxy(answer) };
  }
}

function statusOf({ code }: Trouble): ProxyStatus {
  switch (code) {
    case 'level':
      return 'denied';
    case 'no-such-table':
      return 'no-table';
    case 'locked':
      return 'locked';
    default:
      return 'unreachable';
  }
}

function tableView({ answer, keyLength, duplicates }: Reading): TableView | null {
  if (!answer?.header) return null;
  const { type, size, used } = answer.header;
  const { entries, maxExpiresInMs, isSpread } = answer;
  return { type, size, used, entries, duplicates, keyLength, maxExpiresInMs, isSpread };
}

/** The table is not there: the ones that are, the nearest name first. */
export function noTable(table: string, tables: readonly TableHeader[]): Trouble {
  const names = tables
    .map(({ name }) => name)
    .sort((one, other) => editDistance(one, table) - editDistance(other, table));
  const there = names.length === 0 ? 'this proxy has no stick table' : `this proxy has ${names.join(', ')}`;
  return {
    code: 'no-such-table',
    message: `there is no table "${table}"; ${there}`,
    remedy:
      names.length === 0
        ? 'check that this is the proxy that was meant'
        : `the nearest is ${names[0]}: give --table ${names[0]}, or \`table: ${names[0]}\` in the configuration`,
  };
}

function truncated({ entries, header }: TableAnswer): Trouble {
  const of = header === null ? '' : ` of about ${header.used}`;
  return {
    code: 'truncated',
    message: `the dump ended early, after ${entries}${of} entries`,
    remedy:
      'the proxy was killed or reloaded, or `stats timeout` cut a connection that made no progress: look at the line to it, and run again',
  };
}

function unreadable({ unreadableLines, remark }: TableAnswer): Trouble {
  return {
    code: 'unreadable-lines',
    message: `${unreadableLines} lines of the dump could not be read, the first is ${JSON.stringify((remark ?? '').slice(0, 80))}`,
    remedy: 'keep the dump (--save) and report it: this is a format that this program does not know',
  };
}

function notHaproxy({ remark }: TableAnswer): Trouble {
  return {
    code: 'not-haproxy',
    message: `the answer is not a table: ${JSON.stringify((remark ?? '').slice(0, 80))}`,
    remedy: 'check the endpoint: it must be a `stats socket` of HAProxy',
  };
}
