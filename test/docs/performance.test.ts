// docs/performance.md holds the block that `npm run bench -- --markdown` prints.

import { expect, test } from 'vitest';
import { notes } from '../../bench/notes.ts';
import { renderMarkdown } from '../../bench/table.ts';
import { readPage } from './pages.ts';

const page = readPage('docs/performance.md');

test('the head of the table is the one that the bench prints', () => {
  const machine = { cpus: 2, cpuModel: '', memoryGb: 1, node: '', haproxy: '', ssh: '', mawk: '', date: '' };
  const printed = renderMarkdown({ machine: machine as never, measurements: [], lines: [] });
  expect(page).toContain(printed.split('\n').slice(0, 2).join('\n'));
});

test.each(Object.entries(notes))('the note on %s', (_, note) => {
  expect(page).toContain(`- ${note}`);
});
