// The text, JUnit and JSON of a check: read at 80 columns, safe whatever names hold, true to the
// schema.

import { SaxesParser } from 'saxes';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { CheckResult } from '../../src/domain/checklist.ts';
import { checkDocument } from '../../src/report/check-json.ts';
import { renderCheckJunit } from '../../src/report/check-junit.ts';
import { pendingLine, renderCheck } from '../../src/report/check-text.ts';
import { printableJson } from '../../src/report/printable-json.ts';
import { checkOf } from '../support/check-facts.ts';
import { readCheck } from '../support/check-runs.ts';
import { finding, findingList, mesh, proxyNames, troubledProxy } from '../support/run-report.ts';

const narrow = { width: 80, colour: false, unicode: true };

/** A mesh with one link down at one end. */
function meshOf(names: readonly string[]) {
  const [first = '', ...others] = mesh(names);
  const cut =
    typeof first === 'string'
      ? []
      : [{ ...first, peers: first.peers.map((peer, n) => (n === 0 ? { ...peer, state: 'down' as const } : peer)) }];
  return [...cut, ...others];
}

const long = (count: number) => proxyNames(count).map((name, n) => `stage-8x8-haproxy-10-${n}-${name}`);

describe('peer matrix', () => {
  const matrix = (result: CheckResult) => {
    const text = renderCheck(result, narrow);
    return text.slice(text.indexOf('\nPeers') + 1).split('\n\n')[0]!;
  };

  test.each([3, 4, 5, 6, 7, 8])('%i proxies with long names: in words, within 80 columns', (count) => {
    const drawn = matrix(checkOf({ report: { proxies: meshOf(long(count)) } }));
    expect(drawn).toContain('DOWN');
    expect(Math.max(...drawn.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(80);
  });

  test('3 proxies with short names: the columns have names', () => {
    expect(matrix(checkOf({ report: { proxies: meshOf(['hap-a', 'hap-b', 'hap-c']) } }))).toBe(
      [
        'Peers  each row sees the columns',
        '         hap-a  hap-b  hap-c',
        '  hap-a  ·      DOWN   up',
        '  hap-b  up     ·      up',
        '  hap-c  up     up     ·',
      ].join('\n'),
    );
  });

  test('20 proxies: signs with a legend, one line a proxy, within 80 columns', () => {
    const lines = matrix(checkOf({ report: { proxies: meshOf(long(20)) } })).split('\n');
    expect(lines.slice(2, 4)).toEqual([
      expect.stringMatching(/^ {3}1 stage-.* \. X \+ \+/),
      expect.stringMatching(/^ {3}2 stage-.* \+ \. \+ \+/),
    ]);
    expect(lines.at(-1)).toBe('  + linked; X not connected');
    expect(lines).toHaveLength(2 + 20 + 1);
    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(80);
  });

  test('60 proxies: what is wrong, one pair a line', () => {
    const lines = matrix(checkOf({ report: { proxies: meshOf(long(60)) } })).split('\n');
    expect(lines[1]).toBe('  3,539 links up, 1 not');
    expect(lines[2]).toContain('DOWN');
  });

  test('a peer that was not read has a column, with a star', () => {
    const proxies = mesh(['hap-a', 'hap-b']).map((view) => ({
      ...view,
      peers: [...view.peers, { name: 'hap-old', state: 'never' as const, protocolErrors: 0 }],
    }));
    const drawn = matrix(checkOf({ report: { proxies } }));
    expect(drawn).toContain('hap-old*');
    expect(drawn).toContain('*: a peer that was not read');
  });
});

describe('hostile names', () => {
  const hostile = 'x\u001b[2J\u202e</testcase>&"\n\u0007';
  const findings = findingList([finding('split', hostile)]);
  const proxies = [
    ...mesh(['hap-a', 'hap-b']),
    troubledProxy('hap-c', { trouble: { code: 'refused', message: hostile, remedy: hostile } }),
  ];
  const result = checkOf({ report: { environment: hostile, findings, proxies, notes: [hostile] } });

  test('the text moves no cursor', () => {
    expect(renderCheck(result, narrow)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    expect(renderCheck(result, { ...narrow, unicode: false })).toMatch(/^[\n -~]*$/);
  });

  test('JUnit is well-formed', () => {
    const parser = new SaxesParser();
    parser.on('error', (error) => {
      throw error;
    });
    parser.write(renderCheckJunit(result)).close();
    expect(renderCheckJunit(result)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });

  test('JSON is by the schema, and safe to print', () => {
    const text = printableJson(checkDocument(result), 2);
    expect(readCheck(text).verdict).toBe('fail');
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });
});

test('JUnit: a case for each item, failures and errors as the results', () => {
  const proxies = [...mesh(['hap-a', 'hap-b']), troubledProxy('hap-c')];
  const result = checkOf({ report: { proxies } });
  const xml = renderCheckJunit(result);
  const of = (wanted: string) => result.items.filter((item) => item.result === wanted).length;
  expect(xml).toContain(
    `tests="${result.items.length + result.notChecked.length}" failures="${of('fail')}" errors="${of('unknown')}" skipped="${result.notChecked.length}"`,
  );
  expect(xml.match(/<failure /g)).toHaveLength(of('fail'));
  expect(xml.match(/<error /g)).toHaveLength(of('unknown'));
});

test('what is unknown for one reason stands together', () => {
  const proxies = [...mesh(['hap-a', 'hap-b']), troubledProxy('hap-c')];
  const text = renderCheck(checkOf({ report: { proxies } }), narrow);
  expect(text.match(/hap-c could not be asked/g)).toHaveLength(1);
  expect(text).toContain('Exit code 3: not everything could be seen, and an item fails.');
});

test('the line of what is missing', () => {
  expect(pendingLine(checkOf({ report: { findings: findingList([finding('split', 'a')]) } }))).toBe(
    '1 item does not pass yet: split-brain',
  );
  expect(pendingLine(checkOf({ report: { view: 'incomplete' } }))).toBe(
    '3 items do not pass yet: split-brain (unknown), orphaned (unknown), ambiguous (unknown)',
  );
});
