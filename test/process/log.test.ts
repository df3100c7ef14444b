// Log lines: fields, secrets, and what a conference is called in them.

import { describe, expect, test } from 'vitest';
import { ConfigError, TransportError } from '../../src/errors.ts';
import { conferenceHash, createLogger, defaultLogLevel, type LogOptions } from '../../src/process/log.ts';

function recorded(options: Partial<LogOptions> = {}) {
  const lines: string[] = [];
  const log = createLogger({
    level: 'debug',
    showNames: false,
    bindings: { runId: 'r-1', environment: 'stage' },
    destination: { write: (line) => lines.push(line) },
    ...options,
  });
  return { log, lines, parsed: () => lines.map((line) => JSON.parse(line)) };
}

test('every line is JSON with event, run and environment', () => {
  const { log, parsed } = recorded();
  log.with({ proxy: 'hap-a' }).info('proxy-read', { entries: 12, milliseconds: 35 });
  expect(parsed()).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      runId: 'r-1',
      environment: 'stage',
      proxy: 'hap-a',
      event: 'proxy-read',
      entries: 12,
      milliseconds: 35,
    },
  ]);
});

test.each([
  ['debug', 4],
  ['info', 3],
  ['warn', 2],
  ['error', 1],
  ['silent', 0],
] as const)('at level %s, %i of four levels are written', (level, count) => {
  const { log, lines } = recorded({ level });
  log.debug('a');
  log.info('b');
  log.warn('c');
  log.error('d');
  expect(lines).toHaveLength(count);
});

test('a terminal is kept quiet, a job is not', () => {
  expect([defaultLogLevel(true), defaultLogLevel(false)]).toEqual(['silent', 'info']);
});

describe('secrets', () => {
  test.each([
    { passphrase: 'hunter2' },
    { token: 'hunter2' },
    { ssh: { privateKey: { path: '/k', contents: 'hunter2', passphrase: 'hunter2' } } },
    { settings: { ssh: { privateKey: { contents: 'hunter2', passphrase: 'hunter2' } } } },
    { settings: { proxies: { source: { token: 'hunter2' } } } },
    ...['hunter2', 5318008, true, ['hunter2'], [['X', 'hunter2']], { X: 'hunter2' }, { X: [5318008] }].flatMap(
      (value) => [
        { headers: value },
        { settings: { heal: { dataPlane: { headers: value } } } },
        { request: { 'X-Consul-Token': value } },
        { a: [{ b: { c: { d: { e: { Authorization: value } } } } }] },
      ],
    ),
    { SECRET_KEY: 'hunter2' },
    { url: 'http://ops:hunter2@consul.example:8500/v1' },
    { error: new Error('cannot read https://ops:hunter2@consul.example/') },
  ])('%j is written without the secret', (fields) => {
    const { log, lines } = recorded();
    log.info('settings', fields);
    log.with(fields).info('again');
    expect(lines).toHaveLength(2);
    expect(lines.join('')).not.toMatch(/hunter2|5318008|true/);
    expect(lines.join('')).toContain('[redacted]');
  });

  test('what leads to itself, and a mapping without end, are cut short and no trouble', () => {
    const { log, lines } = recorded();
    const round: Record<string, unknown> = { token: 'hunter2' };
    round.round = round;
    log.info('settings', { round });
    expect(lines.join('')).toMatch(/\[redacted\].*\[nested\]/);
    expect(lines.join('')).not.toContain('hunter2');
  });

  test('what is no secret stays', () => {
    const { log, parsed } = recorded();
    log.info('settings', { url: 'http://consul.example:8500/v1', endpoint: 'ssh://ubuntu@10.0.0.5:22/run/x.sock' });
    expect(parsed()[0]).toMatchObject({
      url: 'http://consul.example:8500/v1',
      endpoint: 'ssh://ubuntu@10.0.0.5:22/run/x.sock',
    });
  });
});

test('an error is written with its code and what caused it, without its other fields', () => {
  const { log, parsed } = recorded();
  const cause = Object.assign(new Error('ECONNREFUSED'), { code: 'ECONNREFUSED', config: { key: 'hunter2' } });
  const error = new TransportError({ code: 'refused', message: 'connection refused', remedy: 'start it' }, { cause });
  log.error('proxy-failed', { error });
  log.error('config', { error: new ConfigError(['a', 'b']) });
  expect(parsed()[0].error).toMatchObject({
    type: 'TransportError',
    code: 'refused',
    message: 'connection refused',
    cause: { code: 'ECONNREFUSED', message: 'ECONNREFUSED' },
  });
  expect(JSON.stringify(parsed()[0])).not.toContain('hunter2');
  expect(parsed()[1].error).toMatchObject({ type: 'ConfigError', message: 'a\nb' });
});

describe('conferences', () => {
  test('are named by a hash that holds within a run', () => {
    const { log } = recorded();
    expect(log.conference('room1')).toMatch(/^[0-9a-f]{12}$/);
    expect(log.with({ proxy: 'p' }).conference('room1')).toBe(log.conference('room1'));
    expect(log.conference('room2')).not.toBe(log.conference('room1'));
  });

  test('hash differently in another run, unless both have the same salt', () => {
    expect(recorded().log.conference('room1')).not.toBe(recorded().log.conference('room1'));
    expect(recorded({ salt: 's' }).log.conference('room1')).toBe(recorded({ salt: 's' }).log.conference('room1'));
    expect(conferenceHash('room1', 's')).toBe(recorded({ salt: 's' }).log.conference('room1'));
  });

  test('are named in full where that was asked for', () => {
    expect(recorded({ showNames: true }).log.conference('caf\\xC3\\xA9\\ 1')).toBe('café 1');
  });

  test('with line breaks in their name stay on one line of the log', () => {
    const { log, lines } = recorded({ showNames: true });
    log.warn('finding', { conference: log.conference('a\\nb') });
    expect(lines).toHaveLength(1);
    expect(lines[0]!.trimEnd()).not.toContain('\n');
  });
});
