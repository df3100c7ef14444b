// JUnit XML: one case per proxy and per kind, failures where the exit code says so, and well-formed
// whatever names hold.

import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { disagreementKinds, findingKinds, meshFindingKinds } from '../../src/domain/finding.ts';
import type { RunReport } from '../../src/domain/run-report.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { element, renderXml } from '../../src/report/xml.ts';
import { situations } from '../support/report-situations.ts';
import {
  finding,
  findingList,
  mesh,
  meshFinding,
  proxyView,
  runReport,
  split,
  troubledProxy,
} from '../support/run-report.ts';

interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Node[];
  text: string;
}

/** By a strict XML 1.0 parser: throws at the first fault. */
function parse(xml: string): Node {
  const root: Node = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const parser = new SaxesParser({ fileName: 'junit.xml' });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const node: Node = { name, attributes: attributes as Record<string, string>, children: [], text: '' };
    open.at(-1)!.children.push(node);
    open.push(node);
  });
  parser.on('text', (text) => {
    open.at(-1)!.text += text;
  });
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(xml).close();
  return root.children[0]!;
}

/** How each case ended, by suite and name. */
function endings(report: RunReport): Record<string, Record<string, string>> {
  return Object.fromEntries(
    parse(renderJunit(report)).children.map((suite) => [
      suite.attributes.name,
      Object.fromEntries(
        suite.children.map(({ attributes, children }) => [attributes.name, children[0]?.name ?? 'passed']),
      ),
    ]),
  );
}

function caseOf(report: RunReport, suiteName: string, name: string): Node {
  const suite = parse(renderJunit(report)).children.find(({ attributes }) => attributes.name === suiteName)!;
  return suite.children.find(({ attributes }) => attributes.name === name)!;
}

const all = (kinds: readonly string[], ending: string) => Object.fromEntries(kinds.map((kind) => [kind, ending]));

describe('cases', () => {
  test('a mesh that agrees -> one case per proxy, kind and mesh kind, all passed', () => {
    expect(endings(runReport())).toEqual({
      proxies: { 'hap-a': 'passed', 'hap-b': 'passed', 'hap-c': 'passed' },
      conferences: all(findingKinds, 'passed'),
      mesh: all(meshFindingKinds, 'passed'),
    });
  });

  test.each(disagreementKinds)('%s -> that case fails, and no other', (kind) => {
    const report = runReport({ findings: findingList([finding(kind, 'x')]) });
    expect(endings(report).conferences).toEqual({ ...all(findingKinds, 'passed'), [kind]: 'failure' });
  });

  test.each(['orphaned', 'ambiguous'] as const)('%s leaves the exit code alone -> shown as skipped', (kind) => {
    const report = runReport({ findings: findingList([finding(kind, 'x')]) });
    expect(endings(report).conferences).toEqual({ ...all(findingKinds, 'passed'), [kind]: 'skipped' });
  });

  test('a mesh finding leaves the exit code alone -> shown as skipped, with its sentence', () => {
    const report = runReport({
      meshFindings: [meshFinding('peer-down', 'hap-a', 'hap-b', 'hap-a does not hear hap-b')],
    });
    expect(endings(report).mesh).toEqual({ ...all(meshFindingKinds, 'passed'), 'peer-down': 'skipped' });
    expect(caseOf(report, 'mesh', 'peer-down').children[0]!.text).toBe('hap-a does not hear hap-b');
  });

  test('{a: read, b: unreachable, c: locked} -> b is an error, c is skipped, and what was not found was not judged', () => {
    const report = runReport({
      proxies: [proxyView('hap-a', []), troubledProxy('hap-b'), troubledProxy('hap-c', { status: 'locked' })],
    });
    expect(endings(report)).toMatchObject({
      proxies: { 'hap-a': 'passed', 'hap-b': 'error', 'hap-c': 'skipped' },
      conferences: all(findingKinds, 'skipped'),
    });
    expect(caseOf(report, 'proxies', 'hap-b').children[0]!.text).toContain('Check that sshd runs there');
  });

  test('a failure names causes, the first conferences and how many more', () => {
    const findings = findingList(Array.from({ length: 12 }, (_, i) => split(`room ${i}`, { cause: 'peer-link-down' })));
    const [failure] = caseOf(runReport({ findings }), 'conferences', 'split').children;
    expect(failure!.attributes.message).toBe('12 conferences routed to different shards');
    const lines = failure!.text.split('\n');
    expect(lines[0]).toBe('12 found: a peer link is down (peer-link-down)');
    expect(lines.slice(1)).toHaveLength(11);
    expect(lines.slice(-2)).toEqual(['  "room 9"', '  and 2 more']);
  });

  test.each([
    ['all healed', { verified: 1, failed: 0, refusals: [] }, 'passed', 'passed'],
    [
      'not held',
      { verified: 0, failed: 1, refusals: [{ reason: 'not-held' as const, key: 's', because: 'hap-a went back' }] },
      'failure',
      'failure',
    ],
  ])('after a heal, %s -> split %s, heal %s', (_name, outcome, splitEnding, healEnding) => {
    const report = runReport({ findings: findingList([split('s')]) });
    const conference = { key: 's', conference: 's', kind: 'split' as const, winner: null, policy: 'majority' as const };
    const plan = {
      schema: 'splitbrain/plan/1' as const,
      environment: 'e',
      table: 'nodes',
      runId: 'r',
      createdAt: '',
      validUntil: '',
      refused: null,
      conferences: [{ ...conference, because: '', before: {}, target: {}, steps: [] }],
      refusals: [],
    };
    const healed: RunReport = {
      ...report,
      proposal: { plan, decisions: new Map() },
      heal: { planned: 1, settledThemselves: 0, ended: 0, interrupted: false, applied: 1, journal: null, ...outcome },
    };
    expect(endings(healed)).toMatchObject({ conferences: { split: splitEnding }, heal: { heal: healEnding } });
  });
});

describe('the document', () => {
  test.each(Object.entries(situations))('%s is well-formed, and its numbers are those of its cases', (_name, make) => {
    const root = parse(renderJunit(make()));
    const cases = root.children.flatMap(({ children }) => children);
    const ended = (how: string) => String(cases.filter(({ children }) => children[0]?.name === how).length);
    expect(root.attributes).toMatchObject({
      tests: String(cases.length),
      failures: ended('failure'),
      errors: ended('error'),
      skipped: ended('skipped'),
    });
  });

  test('hostile names of conferences and hostile sentences cannot break it', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({
        unit: fc.constantFrom(']]>', '<!--', '"', "'", '&', '<', '\u0000', '\u001b', '\ufffe', '\ud800', '\r\n'),
      }),
      fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    );
    fc.assert(
      fc.property(nasty, nasty, (name, because) => {
        const report = runReport({
          environment: name,
          proxies: [
            ...mesh(['hap-a']),
            troubledProxy('hap-b', { trouble: { code: 'ssh', message: because, remedy: name } }),
          ],
          findings: findingList([split(name, { because })]),
          meshFindings: [meshFinding('peer-errors', 'hap-a', name, because)],
        });
        const root = parse(renderJunit(report));
        expect(root.children.map(({ children }) => children.length)).toEqual([
          2,
          findingKinds.length,
          meshFindingKinds.length,
        ]);
      }),
    );
  });

  test('any text comes back from attribute and content as it was, but for what XML cannot say', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const said = text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
        const root = parse(renderXml(element('a', { b: text }, [text, ''])));
        expect([root.attributes.b, root.text]).toEqual([said, said]);
      }),
    );
  });
});
