// What no word of a proxy or a stranger can do to the text summary.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FindingKind } from '../../src/domain/finding.ts';
import type { Terminal } from '../../src/report/terminal.ts';
import { renderText } from '../../src/report/text.ts';
import {
  finding,
  findingList,
  mesh,
  meshFinding,
  route,
  runReport,
  split,
  troubledProxy,
} from '../support/run-report.ts';

const plain: Terminal = { width: 100, colour: false, unicode: true };
const unfit = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/u;
const linesOf = (text: string) => text.trimEnd().split('\n');

describe('hostile words', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.constantFrom(
      '\x1b]0;owned\x07',
      '\x1b[2J\x1b[H',
      '\u202egnp.exe',
      'a\u2066b\u2069',
      'x\nAGREE  all is well',
      '\u009b31m',
      '\u200b',
      '\ufeff',
      '\ud800',
      '\u{e0041}',
      '\r',
      '',
    ),
  );
  const kinds = fc.constantFrom<FindingKind[]>('split', 'missing', 'mixed', 'orphaned', 'ambiguous');

  test('nothing a terminal acts on gets through, from any field', () => {
    fc.assert(
      fc.property(nasty, nasty, kinds, fc.boolean(), (word, other, kind, unicode) => {
        const report = runReport({
          environment: word,
          table: other,
          proxies: [
            ...mesh([word, `${other}2`], { [word]: { haproxy: word, uptimeSeconds: 5 } }),
            troubledProxy('t', { trouble: { code: 'ssh', message: word, remedy: other } }),
          ],
          findings: findingList([
            finding(kind, word, {
              because: other,
              routes: [route(other, word, { serverKey: word }), route(word, null, { serverKey: other })],
              absentOn: [other],
            }),
          ]),
          meshFindings: [
            meshFinding('peer-down', word, other, `${word}: ${other}`),
            meshFinding('restarted', word, null, other),
          ],
          notes: [word],
        });
        const text = renderText(report, { width: 80, colour: false, unicode });
        expect(text.replaceAll('\n', '')).not.toMatch(unfit);
        if (!unicode) expect(text).toMatch(/^[\n -~]*$/);
      }),
      { numRuns: 300 },
    );
  });

  test('a name cannot add lines', () => {
    const lines = (name: string) =>
      linesOf(renderText(runReport({ findings: findingList([split(name)]) }), plain)).length;
    fc.assert(fc.property(nasty, (name) => lines(name) <= lines('a'.repeat(200))));
  });
});
