import { expect, test } from 'vitest';
import type { FindingKind } from '../../src/domain/finding.ts';
import type { RunReport } from '../../src/domain/run-report.ts';
import { ConfigError } from '../../src/errors.ts';
import { onlyThese } from '../../src/workflows/heal-only.ts';

/** What `--only` chooses in a mesh with these findings. */
function choose(
  texts: readonly string[],
  findings: Readonly<Record<string, FindingKind>>,
  view: RunReport['view'] = 'complete',
) {
  const list = Object.entries(findings).map(([key, kind]) => ({ key, kind })) as unknown as RunReport['findings'];
  const { keys, notes } = onlyThese(texts, { findings: list, view }, { census: null });
  return { keys: [...keys], notes };
}

test('a name, a spelled key and a URL', () => {
  const findings = { 'acme/a': 'split', 'b\\ c': 'missing', other: 'split' } as const;
  expect(choose(['acme/a', 'b c'], findings)).toEqual({ keys: ['acme/a', 'b\\ c'], notes: [] });
  expect(choose(['b\\ c'], findings).keys).toEqual(['b\\ c']);
  expect(choose(['https://meet.example/Acme/A?jwt=x'], findings).keys).toEqual(['acme/a']);
});

test('what agrees, and what is only reported, is a note without secrets', () => {
  const { keys, notes } = choose(['https://meet.example/gone?jwt=hidden', 'o'], { o: 'orphaned', a: 'split' });
  expect(keys).toEqual([]);
  expect(notes).toEqual([expect.stringMatching(/meet.example\/gone.*nothing to heal/), expect.stringMatching(/^o: /)]);
  expect(notes.join()).not.toContain('hidden');
});

test('an incomplete view is no proof that the mesh agrees', () => {
  expect(choose(['a'], {}).notes).toEqual([expect.stringContaining('the mesh does not disagree')]);
  const [note] = choose(['a'], {}, 'incomplete').notes;
  expect(note).toContain('the view is incomplete');
  expect(note).not.toContain('does not disagree');
});

test('a text that is the key of one and the name of another -> the key', () => {
  expect(choose(['b\\ c'], { 'b\\ c': 'split', 'b\\\\\\ c': 'split' }).keys).toEqual(['b\\ c']);
});

test('a text that fits two conferences -> refuse, with their keys', () => {
  const both = { bar: 'split', 'foo?room\\=bar': 'split' } as const;
  expect(() => choose(['foo?room=bar'], both)).toThrow(
    new ConfigError(['--only "foo?room=bar" fits several conferences: give one key of bar, foo?room\\=bar']),
  );
  expect(choose(['foo?room\\=bar'], both).keys).toEqual(['foo?room\\=bar']);
});

test('a URL without a conference', () => {
  expect(() => choose(['https://meet.example/'], { a: 'split' })).toThrow(ConfigError);
});
