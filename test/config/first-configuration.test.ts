// The first configuration means what was found, whatever names a proxy says.

import { expect, test } from 'vitest';
import { type FirstFacts, firstConfiguration } from '../../src/config/first-configuration.ts';
import { spellEndpoint } from '../../src/domain/proxy.ts';
import { load } from './loading.ts';

const facts: FirstFacts = {
  version: '0.1.0',
  date: '2026-11-28',
  environment: 'stage',
  table: 'nodes',
  tableWhy: 'its entries name servers',
  backends: ['release-1'],
  asked: { name: 'hap-a', endpoint: 'ssh://ubuntu@10.0.0.5:22/run/haproxy/admin.sock', haproxy: '2.6.12' },
  others: [
    { name: 'hap-b', address: '10.0.0.6' },
    { name: 'hap-c', address: null },
  ],
  pattern: 'ssh://ubuntu@{host}:22/run/haproxy/admin.sock',
  patternWhy: '',
};

test('with a pattern: the mesh names its members', () => {
  const { environment, table, proxies, heal } = load(firstConfiguration(facts));
  expect([environment, table, proxies.expected, heal.consented]).toEqual(['stage', 'nodes', { min: 3, max: 3 }, false]);
  expect(proxies.source).toMatchObject({ kind: 'peers', endpoint: facts.pattern });
});

test('without: a list of the one, and a line to fill in for each other', () => {
  const text = firstConfiguration({ ...facts, pattern: null, patternWhy: 'This is why.' });
  const { source, expected } = load(text).proxies;
  expect(source.kind === 'list' && source.proxies.map(({ name, endpoint }) => [name, spellEndpoint(endpoint)])).toEqual(
    [['hap-a', facts.asked.endpoint]],
  );
  expect(expected).toEqual({ min: 3, max: 3 });
  expect(text).toContain('  # This is why.\n');
  // The lines are right once they are filled in.
  const filled = text
    .replace('USER@10.0.0.6', 'ubuntu@10.0.0.6')
    .replace('USER@HOST', 'ubuntu@10.0.0.7')
    .replaceAll('# - {', '- {');
  const after = load(filled).proxies.source;
  expect(after.kind === 'list' && after.proxies.map(({ name }) => name)).toEqual(['hap-a', 'hap-b', 'hap-c']);
});

const hostile = [
  'x\nproxies: {}',
  'a"b',
  'a\\',
  '$\u007bHOME}',
  '# -',
  'caf\u00e9\u2028\u202e',
  '\u0085\u0000',
  "it's: {}",
  '*a',
  '!!x',
];

test.each(hostile)('%j from a proxy ends no comment and no value', (name) => {
  const odd: FirstFacts = {
    ...facts,
    tableWhy: name,
    backends: [name],
    asked: { ...facts.asked, haproxy: name },
    others: [{ name, address: name }],
  };
  for (const pattern of [facts.pattern, null]) {
    const text = firstConfiguration({ ...odd, pattern });
    expect(text).toMatch(/^[\n -~]*$/);
    const { environment, table, proxies } = load(text);
    expect([environment, table, proxies.expected]).toEqual(['stage', 'nodes', { min: 2, max: 2 }]);
    expect(proxies.source.kind).toBe(pattern === null ? 'list' : 'peers');
  }
});

test('a value is read back as it was, variables and all', () => {
  const endpoint = 'unix:///run/$\u007bHOME}/a b.sock';
  const { source } = load(
    firstConfiguration({ ...facts, pattern: null, others: [], asked: { ...facts.asked, endpoint } }),
  ).proxies;
  expect(source.kind === 'list' && spellEndpoint(source.proxies[0]!.endpoint)).toBe(endpoint);
});
