// Reads the answers about a proxy itself: `show info`, `show servers state`, `show table`
// (headers), `show peers`, asked on one line.

import type { Server } from '../domain/server.ts';
import type { PeerLink } from '../domain/view.ts';
import { parsePeers } from './parse-peers.ts';
import { parseServersState, withStats } from './parse-servers.ts';
import { parseTableHeader, type TableHeader } from './table-header.ts';

/** What a proxy reports of itself; `null` and empty if a saved dump of the predecessor lacks it. */
export interface ProxyState extends ProcessId {
  readonly haproxy: string | null;
  readonly uptimeSeconds: number | null;
  readonly servers: readonly Server[];
  readonly tables: readonly TableHeader[];
  readonly peersKnown: boolean;
  readonly peersRemark: string | null;
  readonly localPeer: string | null;
  readonly peers: readonly PeerLink[];
  /** Peers whose entries of the table arrive here, and that were not sent any yet. */
  readonly onlyHeard?: readonly string[];
}

/** Why an answer to `showState` could not be used: the first line of what came instead. */
export type NotState = { readonly problem: 'not-haproxy' | 'master-cli' | 'truncated'; readonly remark: string };

/**
 * Each answer ends with an empty line and none of the first four holds one inside; `show peers`
 * comes last because it has one behind every peers section (2.6 to 3.4). `show stat` is not there
 * in snapshots that were taken before it was asked for. `table` names the table whose peers count.
 */
export function parseState(text: string, table: string): ProxyState | NotState {
  const info = sectionAt(text, 0);
  const fields = parseInfo(info.text);
  const version = fields.get('Version');
  if (!info.closed && isBeginning(text)) return { problem: 'truncated', remark: '' };
  if (fields.get('Name') === undefined || version === undefined)
    return { problem: programBehind(text), remark: remarkOf(text) };
  const servers = sectionAt(text, info.next);
  const tables = sectionAt(text, servers.next);
  const peersAnswered = text.length > tables.next && text.endsWith('\n\n');
  if (!servers.closed || !tables.closed || !peersAnswered) return { problem: 'truncated', remark: '' };
  const stat = text.startsWith('# pxname,', tables.next) ? sectionAt(text, tables.next) : null;
  const peersText = text.slice(stat?.next ?? tables.next);
  const peers = parsePeers(peersText, table);
  return {
    haproxy: version.replace(/^(\S+).*$/s, '$1'),
    uptimeSeconds: numberOf(fields.get('Uptime_sec')),
    ...processOf(fields),
    servers: withStats(parseServersState(servers.text), stat?.text ?? ''),
    tables: parseTableHeaders(tables.text),
    // 1.8 has no such command, and answers with a page of help.
    peersKnown: !/^Unknown command/.test(peersText),
    peersRemark: peers.remark,
    localPeer: peers.localPeer,
    peers: peers.links,
    onlyHeard: peers.onlyHeard,
  };
}

/**
 * One process of HAProxy: another one has another number, or at least another start (its own clock,
 * seconds since 1970; since 2.4).
 */
export interface ProcessId {
  readonly pid: number | null;
  readonly startedAtSeconds: number | null;
}

export function sameProcess(one: ProcessId, other: ProcessId): boolean {
  return one.pid === other.pid && one.startedAtSeconds === other.startedAtSeconds;
}

/**
 * Who answers, from the answer to `show info` that `text` begins with; `rest` is what comes behind
 * it.
 */
export function parseProcess(text: string): { readonly process: ProcessId; readonly rest: string } | NotState {
  const info = sectionAt(text, 0);
  const fields = parseInfo(info.text);
  if (!info.closed && isBeginning(text)) return { problem: 'truncated', remark: '' };
  if (fields.get('Name') === undefined) return { problem: programBehind(text), remark: remarkOf(text) };
  if (!info.closed) return { problem: 'truncated', remark: '' };
  return { process: processOf(fields), rest: text.slice(info.next) };
}

function processOf(fields: ReadonlyMap<string, string>): ProcessId {
  return { pid: numberOf(fields.get('Pid')), startedAtSeconds: numberOf(fields.get('Start_time_sec')) };
}

/**
 * The servers, from the answer to `show servers state` that `text` begins with; `rest` is what
 * comes behind it.
 */
export function parseServersSection(
  text: string,
): { readonly servers: readonly Server[]; readonly rest: string } | NotState {
  const section = sectionAt(text, 0);
  if (!section.closed) return { problem: 'truncated', remark: '' };
  return { servers: parseServersState(section.text), rest: text.slice(section.next) };
}

/** `show info`: one `Name: value` a line. */
export function parseInfo(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 2));
  }
  return fields;
}

/** `show table` without a name: a header line for each table of the process. */
export function parseTableHeaders(text: string): readonly TableHeader[] {
  return text.split('\n').flatMap((line) => parseTableHeader(line) ?? []);
}

/** Reads the answer to `show cli level`: an entry is shown from `operator` on (2.6 to 3.4). */
export function canSeeEntries(text: string): boolean | NotState {
  const level = /^(user|operator|admin)\n\n$/.exec(text)?.[1];
  if (level !== undefined) return level !== 'user';
  return { problem: text.endsWith('\n\n') ? 'not-haproxy' : 'truncated', remark: remarkOf(text) };
}

/**
 * Whether a text that broke off can be the beginning of an answer to `show info`, which begins with
 * the name in all versions.
 */
function isBeginning(text: string): boolean {
  const name = 'Name: ';
  return name.startsWith(text.slice(0, name.length));
}

/**
 * Which program answered. HAProxy's master process answers a worker's command with the list of its
 * own commands; only the master knows `show proc` (2.6 to 3.4).
 */
function programBehind(text: string): 'master-cli' | 'not-haproxy' {
  return /^Unknown command\b[^\n]*\n(?: [^\n]*\n)* +show proc /.test(text) ? 'master-cli' : 'not-haproxy';
}

function remarkOf(text: string): string {
  return text.split('\n', 1)[0]!.slice(0, 200);
}

function sectionAt(
  text: string,
  start: number,
): { readonly text: string; readonly next: number; readonly closed: boolean } {
  if (text[start] === '\n') return { text: '', next: start + 1, closed: true };
  const end = text.indexOf('\n\n', start);
  if (end < 0) return { text: text.slice(start), next: text.length, closed: false };
  return { text: text.slice(start, end + 1), next: end + 2, closed: true };
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}
