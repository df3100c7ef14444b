// Programs that list hosts: what they print, and how they fail. The programs are real processes.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ConfigError } from '../../src/errors.ts';
import { parseOutput, runCommand } from '../../src/inventory/command.ts';
import { machine } from './machine.ts';

const source = (...run: string[]) => ({ kind: 'command', run, group: null, endpoint: 'tcp://{host}:9999' }) as const;
const script = (code: string, ...args: string[]) => source(process.execPath, '-e', code, ...args);
const context = (timeoutMs = 60_000, signal = new AbortController().signal) =>
  machine({ env: { REGION: 'eu' }, signal, timeoutMs });

async function complaintOf(asked: Promise<unknown>): Promise<string> {
  const error = await asked.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ConfigError) return error.message;
  throw error ?? new Error('nothing was refused');
}

describe('runCommand', () => {
  test('arguments reach the program without a shell, and the environment is the one given', async () => {
    const code =
      'console.log("hap-a", "10.0.0.5", process.env.REGION); console.error("noise"); console.log(process.argv[1].length)';
    const hosts = await runCommand(script(code, '$(x) `y`; "z"'), context());
    expect(hosts.map(({ name, host, region }) => [name, host, region])).toEqual([
      ['hap-a', '10.0.0.5', 'eu'],
      ['13', '13', null],
    ]);
  });

  test('a program that waits for its input finds it closed', async () => {
    const code = 'process.stdin.on("end", () => console.log("hap-a")).resume()';
    expect(await runCommand(script(code), context())).toHaveLength(1);
  });

  test('a failure says its status and the last line of what it said', async () => {
    const complaint = await complaintOf(
      runCommand(script('console.error("a\\nno credentials"); process.exit(7)'), context()),
    );
    expect(complaint).toContain('ended with exit status 7, saying "no credentials"');
  });

  test('no such program', async () => {
    expect(await complaintOf(runCommand(source('/nowhere/list-proxies'), context()))).toBe(
      'proxies.command (/nowhere/list-proxies): there is no such program',
    );
  });

  test('no output', async () => {
    expect(await complaintOf(runCommand(script(''), context()))).toContain('printed no hosts');
  });

  test('a program that ignores SIGTERM is gone after the deadline', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'splitbrain-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const pidFile = join(folder, 'pid');
    const stubborn = source('/bin/sh', '-c', `trap '' TERM; echo $$ > '${pidFile}'; exec sleep 60`);
    expect(await complaintOf(runCommand(stubborn, context(2000)))).toContain('did not end within 2000 ms');
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'));
  });

  test('an interruption rejects with its own reason', async () => {
    const controller = new AbortController();
    const reason = new Error('interrupted');
    const asked = runCommand(script('setInterval(() => {}, 1000)'), context(60_000, controller.signal));
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
  });
});

describe('parseOutput', () => {
  const read = (output: string) => parseOutput(output, 'list').map(({ name, host, region }) => [name, host, region]);

  test('lines, with comments and empty lines between', () => {
    expect(read('# proxies\n10.0.0.5\n\n  hap-b 10.0.0.6\r\nhap-c 10.0.0.7 eu # new\n')).toEqual([
      ['10.0.0.5', '10.0.0.5', null],
      ['hap-b', '10.0.0.6', null],
      ['hap-c', '10.0.0.7', 'eu'],
    ]);
  });

  test('a JSON array of hosts and of mappings', () => {
    expect(
      read(
        '[ "10.0.0.5", {"name": "hap-b", "host": "10.0.0.6", "region": "eu"}, {"host": "10.0.0.7", "region": null} ]',
      ),
    ).toEqual([
      ['10.0.0.5', '10.0.0.5', null],
      ['hap-b', '10.0.0.6', 'eu'],
      ['10.0.0.7', '10.0.0.7', null],
    ]);
  });

  test.each([
    ['a b c d', 'list, line 1: expected one host, several addresses, or "name address [region]", found "a b c d"'],
    ['{"a": 1}', 'list: expected a JSON array of hosts, or the JSON of ansible-inventory --list, found another object'],
    ['{"a"', 'list: what it printed begins as JSON and is none'],
    [
      '[1, {"name": "x"}]',
      'list, item 0: expected a host as text, or {name, host, region, port, user}\nlist, item 1: expected a host as text',
    ],
    ['["a"', 'list: what it printed begins as JSON and is none'],
    [' \n', 'list: printed no hosts'],
  ])('%j is refused', (output, complaint) => {
    expect(() => parseOutput(output, 'list')).toThrow(complaint);
  });

  test("all addresses on one line, as the predecessor's own script prints them: each is a proxy", () => {
    expect(read('10.0.0.5 10.0.0.6 10.0.0.7\n')).toEqual(
      ['10.0.0.5', '10.0.0.6', '10.0.0.7'].map((host) => [host, host, null]),
    );
  });

  test('what cannot be told apart is refused with its line', () => {
    expect(() => parseOutput('10.0.0.5\nhap-a hap-b hap-c\n', 'list')).toThrow('list, line 2: expected one host');
  });

  const list = readFileSync(new URL('../fixtures/inventories/ansible-inventory-list.json', import.meta.url), 'utf8');

  test('the JSON of ansible-inventory --list: all hosts, or those of a group', () => {
    const both = [
      ['hap-a', '10.0.0.1', null],
      ['hap-b', '10.0.0.2', null],
    ];
    expect(read(list)).toEqual(both);
    expect(parseOutput(list, 'list', 'haproxy')).toEqual(parseOutput(list, 'list'));
    expect(() => parseOutput(list, 'list', 'haproxies')).toThrow(
      'list: there is no group "haproxies" with hosts (did you mean "haproxy"?)',
    );
  });

  test('a group without that JSON says nothing, and is refused', () => {
    expect(() => parseOutput('10.0.0.5\n', 'list', 'haproxy')).toThrow('proxies.command.group goes with the JSON');
  });

  test('port and user of a JSON array', () => {
    expect(parseOutput('[{"host": "10.0.0.5", "port": 2222, "user": "ops"}]', 'list')).toEqual([
      expect.objectContaining({ name: '10.0.0.5', port: '2222', user: 'ops' }),
    ]);
  });
});
