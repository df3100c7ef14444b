// The lock of a proxy in a file on its own host: the commands that read, make and remove it, and
// what they print. Jitsi's playbooks touch the file and test only whether it is there, so any file
// is a lock, an empty one too, and one without an end.

import type { Lock } from '../domain/lock.ts';
import { MOST_LETTERS, parseLock } from './lock-file.ts';

/** What a host says. `unknown`: its shell printed something else. */
export type HostAnswer =
  | { readonly kind: 'none' }
  | { readonly kind: 'made' }
  | { readonly kind: 'lock'; readonly lock: Omit<Lock, 'proxy'>; readonly mark: string }
  | { readonly kind: 'unknown' };

/** Where the file is, and whether root may be asked to change it. */
export interface HostFile {
  readonly path: string;
  readonly sudo: boolean;
}

/**
 * Prints `none`, or `lock`, what tells this file from the next, the time by the host's clock, and
 * what the file says. Nothing is read through a link, or from what is no file.
 */
const READ = [
  'if [ -e "$1" ] || [ -L "$1" ]; then echo lock',
  'stat -c "%i %Y" "$1" 2>/dev/null || echo 0 0',
  'date +%s',
  'if [ -L "$1" ]; then :; elif [ -f "$1" ]; then head -c 4000 "$1" 2>/dev/null; fi',
  'else echo none; fi',
].join('; ');

/** The file appears together with its content. */
const DRAFT = 'umask 022; t=$(mktemp "$1.XXXXXX") || exit 1; cat > "$t"; chmod 644 "$t"';
const IS_SAME = '[ "$(stat -c "%i %Y" "$1" 2>/dev/null)" = "$2" ]';

export function readCommand({ path }: HostFile): string {
  return shell(READ, path);
}

/** Makes the file where there is none, from standard input. */
export function makeCommand({ path }: HostFile): string {
  return shell(`${DRAFT}; if ln -T "$t" "$1" 2>/dev/null; then echo made; else ${READ}; fi; rm -f "$t"`, path);
}

/** Writes over the file that was read before; `mark` tells it from the next. */
export function replaceCommand({ path, sudo }: HostFile, mark: string): string {
  const move = withRoot('mv -T -f "$t" "$1"', sudo);
  return shell(
    `${DRAFT}; if ${IS_SAME}; then if ${move}; then echo made; fi; else ${READ}; fi; rm -f "$t"`,
    path,
    mark,
  );
}

/** Removes the file that was read before, and prints what is there then. */
export function removeCommand({ path, sudo }: HostFile, mark: string): string {
  return shell(`if ${IS_SAME}; then ${withRoot('rm -f "$1"', sudo)}; fi; ${READ}`, path, mark);
}

/** /tmp lets only its owner, or root, remove a file; the playbooks make it as root. */
function withRoot(command: string, sudo: boolean): string {
  return sudo ? `{ ${command} 2>/dev/null || sudo -n ${command}; }` : command;
}

/** For any login shell: one line, since csh permits no line feed between quotes. */
function shell(script: string, ...words: readonly string[]): string {
  return ['sh', '-c', quote(script), 'sh', ...words.map(quote)].join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The text comes from a host that may be hostile. `nowMs` is the time here. */
export function parseHostAnswer(output: string, nowMs: number): HostAnswer {
  const [word, mark = '', hostNow = '', ...content] = output.split('\n');
  if (word === 'none' || word === 'made') return { kind: word };
  const changed = /^\d{1,20} (\d{1,12})$/.exec(mark);
  if (word !== 'lock' || changed === null) return { kind: 'unknown' };
  const changedAt = Number(changed[1]);
  const ageMs = /^\d{1,12}$/.test(hostNow) && changedAt > 0 ? (Number(hostNow) - changedAt) * 1000 : null;
  const sinceMs = ageMs === null ? null : nowMs - Math.max(0, ageMs);
  const text = content.join('\n');
  const said = parseLock(text);
  if (said !== null) {
    const { owner, reason, untilMs } = said;
    return { kind: 'lock', mark, lock: { place: 'host', owner, reason, untilMs, sinceMs: said.sinceMs } };
  }
  const reason = text.trim().slice(0, MOST_LETTERS) || null;
  return { kind: 'lock', mark, lock: { place: 'host', owner: null, reason, untilMs: null, sinceMs } };
}
