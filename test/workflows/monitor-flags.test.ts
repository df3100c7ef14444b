// What a scheduled run makes of its flags and its configuration, without a process.

import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import type { CommandRun } from '../../src/session/command-run.ts';
import { flagComplaints, type MonitorFlags, maxAgeOf, metricsMode } from '../../src/workflows/monitor.ts';

interface Given {
  readonly flags?: Pick<MonitorFlags, 'heal' | 'metrics'>;
  readonly consented?: boolean;
  readonly metrics?: boolean;
  readonly toStandardOutput?: boolean;
}

function runWith({ consented = true, metrics = true, toStandardOutput = false }: Given) {
  const settings = { heal: { consented }, metrics: { configured: metrics } };
  return { settings, files: { takeStandardOutput: toStandardOutput } } as unknown as CommandRun;
}

const complaintsOf = (given: Given) => flagComplaints({ proxy: [], ...given.flags }, runWith(given));

describe('flags', () => {
  test.each<readonly [string, Given, readonly RegExp[]]>([
    ['none', {}, []],
    ['--heal, and the configuration consents', { flags: { heal: true } }, []],
    ['--heal without a heal section', { flags: { heal: true }, consented: false }, [/^--heal: .*no `heal:` section/]],
    ['no --heal without a heal section', { consented: false }, []],
    ['--metrics send without the section', { flags: { metrics: 'send' }, metrics: false }, [/^--metrics send: /]],
    [
      '--metrics print beside a report on standard output',
      { flags: { metrics: 'print' }, toStandardOutput: true },
      [/^--metrics print /],
    ],
    [
      'everything that is wrong at once',
      { flags: { heal: true, metrics: 'send' }, consented: false, metrics: false },
      [/^--heal: /, /^--metrics send: /],
    ],
  ])('%s', (_, given, complaints) => {
    expect(complaintsOf(given)).toEqual(complaints.map((complaint) => expect.stringMatching(complaint)));
  });
});

describe('metrics', () => {
  test.each<readonly [Given, string]>([
    [{}, 'send'],
    [{ metrics: false }, 'none'],
    [{ flags: { metrics: 'print' } }, 'print'],
    [{ flags: { metrics: 'none' } }, 'none'],
  ])('%j: %s', (given, mode) => {
    expect(metricsMode({ proxy: [], ...given.flags }, runWith(given))).toBe(mode);
  });
});

describe('--max-age', () => {
  test('is a duration with its unit', () => {
    expect([maxAgeOf(undefined), maxAgeOf('10m')]).toEqual([null, 600_000]);
    expect(() => maxAgeOf('10')).toThrow(ConfigError);
    expect(() => maxAgeOf('10')).toThrow(/^--max-age 10: /m);
  });
});
