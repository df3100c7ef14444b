// The locks of an environment for people. Pure.

import stringWidth from 'string-width';
import type { LockState, SeenLock } from '../domain/lock.ts';
import { createPage, fillText, type Page, padTo } from './page.ts';
import type { Terminal } from './terminal.ts';

/** What `splitbrain locks` shows. */
export interface LockList {
  readonly environment: string;
  /** The folder that holds them. */
  readonly folder: string;
  readonly locks: readonly SeenLock[];
  /** When a lock ends, for people. */
  readonly timeOf: (ms: number) => string;
  readonly notes: readonly string[];
}

const nameColumns = 30;

const stateWords: Readonly<Record<LockState, string>> = {
  'in-force': 'in force',
  ignored: 'ignored',
  expired: 'ended',
  unreadable: 'unreadable',
};

/** Lines that end in a newline; nothing from outside gets through that a terminal would act on. */
export function renderLocks(list: LockList, terminal: Terminal): string {
  const page = createPage(terminal);
  const { environment, folder, locks, notes } = list;
  const lines =
    locks.length === 0
      ? fillText(`Nothing of ${page.name(environment)} is locked.`, { width: page.width, first: '' })
      : tableLines(list, page);
  const last = `Locks are kept in ${page.text(folder)}`;
  return [...lines, '', ...notes.flatMap((note) => fillText(page.text(note), { width: page.width, first: '- ' })), last]
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

function tableLines({ environment, locks, timeOf }: LockList, page: Page): string[] {
  const head = ['LOCKED', 'STATE', 'OWNER', 'UNTIL'];
  const rows = locks.map(({ proxy, place, state, owner, untilMs }) => [
    `${proxy === null ? `all of ${page.name(environment, nameColumns)}` : page.name(proxy, nameColumns)}${place === 'host' ? ' (host)' : ''}`,
    stateWords[state],
    owner === null ? '-' : page.name(owner, nameColumns),
    untilMs === null ? '-' : timeOf(untilMs),
  ]);
  const widths = head.map((word, column) => Math.max(word.length, ...rows.map((row) => stringWidth(row[column]!))));
  const line = (cells: readonly string[]) => cells.map((cell, column) => `  ${padTo(cell, widths[column]!)}`).join('');
  return [
    page.paint.dim(line(head)),
    ...rows.flatMap((row, index) => {
      const { reason, state, says } = locks[index]!;
      const colour = state === 'expired' ? page.paint.dim : page.paint.yellow;
      const why = reason ?? says;
      return [colour(line(row)), ...fillText(page.text(why), { width: page.width, first: '      ' })];
    }),
  ];
}
