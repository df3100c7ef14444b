// What `check` makes of its flags: every complaint in one go, before a proxy is asked.

import { expect, test } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { type CheckFlags, checkCommand } from '../../src/workflows/check.ts';

const call = { run: { id: 'r', command: 'check', version: '0' }, signal: new AbortController().signal };

test.each<[string, Partial<CheckFlags>, readonly RegExp[]]>([
  ['a duration without a unit', { wait: '120' }, [/^--wait 120: expected a duration with its unit/]],
  ['another', { loadedWithin: 'soon' }, [/^--loaded-within soon: expected a duration/]],
  ['no number', { expect: 'all' }, [/^--expect all: expected a number/]],
  ['no proxy', { expect: '0' }, [/^--expect 0: expected a number of at least 1/]],
  ['a range the wrong way round', { expect: '6-3' }, [/^--expect 6-3: /]],
  ['two occasions', { beforeUpgrade: true, afterScaleUp: true }, [/^--before-upgrade and --after-scale-up are two/]],
  ['saved dumps do not change', { from: ['dumps'], wait: '2m' }, [/^--from reads saved dumps/]],
  ['an empty version', { haproxy: '' }, [/^--haproxy: expected the beginning of a version/]],
  ['all in one go', { wait: 'x', expect: 'y', haproxy: '' }, [/^--wait/, /^--expect/, /^--haproxy/]],
])('%s', async (_, flags, complaints) => {
  const error = await checkCommand({ proxy: [], ...flags }, call).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as ConfigError).complaints).toEqual(complaints.map((each) => expect.stringMatching(each)));
});
