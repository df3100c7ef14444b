// The configuration file: whatever it holds, it gives settings or complaints.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is the configuration's own spelling of a variable.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { complaintsOf } from './loading.ts';

describe('whatever the file holds', () => {
  const names = [
    'environment',
    'table',
    'proxies',
    'list',
    'name',
    'endpoint',
    'expect',
    'ssh',
    'via',
    'privateKey',
    'agent',
  ];
  const more = [
    'ansible',
    'consul',
    'command',
    'run',
    'collect',
    'timeout',
    'heal',
    'winner',
    'metrics',
    'dimensions',
    '__proto__',
  ];
  const word = fc.oneof(
    fc.constantFrom(
      'a',
      '3-5',
      '60s',
      'tcp://a:1',
      'unix:/a',
      'ssh://u@h/a',
      '${WORD}',
      '${GONE}',
      '${',
      '~/x',
      'true',
    ),
    fc.string(),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.oneof(word, fc.integer(), fc.double(), fc.boolean(), fc.constant(null)),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(fc.oneof(fc.constantFrom(...names, ...more), fc.string()), tie('tree'), { maxKeys: 6 }),
    ),
  }));
  const expectComplaintsOnly = (yaml: string) => {
    for (const complaint of complaintsOf(yaml, {}, { WORD: 'x', HOME: '/h' })) {
      expect(complaint).toMatch(/^conf\/mesh\.yaml:\d+:\d+: (?:\(file\)|[\w-]+|\[)[^\n]*: [^\n]+$/);
    }
  };

  test('a tree of anything is settings or complaints, each one line with a path', () => {
    fc.assert(fc.property(tree, (value) => expectComplaintsOnly(stringify(value))));
  });

  test('any value in the place of a section is settings or complaints', () => {
    const sections = fc.constantFrom(
      'table',
      'proxies',
      'ssh',
      'collect',
      'confirm',
      'heal',
      'census',
      'metrics',
      'alarms',
      'backends',
    );
    fc.assert(
      fc.property(sections, tree, (section, value) => {
        const proxies = { list: [{ name: 'a', endpoint: 'tcp://a:1' }] };
        expectComplaintsOnly(stringify({ environment: 'e', proxies, [section]: value }));
      }),
    );
  });

  test('a text of anything is settings or complaints', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'ab:-[]{}"\'\n \t#&*!|>?,%@`~$') });
    fc.assert(fc.property(letters, (text) => expectComplaintsOnly(text)));
  });
});
