// Locks in the file on a proxy's host, through a real sshd: Jitsi's playbooks know only that file.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { type Sshd, sshdMissing, startSshd } from '../../lab/servers/sshd.ts';
import { parseLock, spellLock } from '../../src/locks/lock-file.ts';
import { lockOf, MINUTE } from '../locks/lock-of.ts';
import { runSplitbrain } from '../support/splitbrain.ts';
import { installed } from '../support/sshd-lab.ts';

const missing = sshdMissing() ?? (installed('socat') ? null : 'socat is missing');
if (missing) console.warn(`not tested: locks on hosts: ${missing}`);

const clients = [{ client: 'builtin' }, ...(installed('ssh') ? [{ client: 'openssh' }] : [])];

describe.skipIf(missing !== null).each(clients)('ssh.client: $client, sudo: false', ({ client }) => {
  const scratch = makeScratch();
  // Another file than the usual one: that one would lock every test of this machine.
  const lockFile = join(scratch.folder, 'haproxy-status.lock');
  let mesh: Mesh;
  let sshd: Sshd;
  beforeAll(async () => {
    mesh = await startMesh();
    sshd = await startSshd();
    await mesh.request(0, 'standup');
    for (const i of [0, 1, 2]) await mesh.untilEntry(i, 'standup', (entry) => entry !== undefined);
  });
  afterEach(() => rmSync(lockFile, { recursive: true, force: true }));
  afterAll(async () => {
    await mesh?.stop();
    await sshd?.stop();
    scratch.clear();
  });

  /** hap-c is reached by SSH, the others by their sockets. Text comes on one line. */
  async function run(...words: readonly string[]) {
    const [command = ''] = words;
    const known = scratch.file('known_hosts', `${sshd.hostKeyLine}\n`);
    const login = `agent: false, privateKey: ${sshd.clientKeyPath}, knownHosts: ${known}`;
    const config = configure(scratch, mesh, {
      endpoints: { 'hap-c': `ssh://${sshd.user}@127.0.0.1:${sshd.port}${mesh.proxies[2]!.socketPath}` },
      lines: [
        `ssh: { client: ${client}, ${login}, via: socat, sudo: false, lockFile: ${lockFile} }`,
        `heal: { journal: ${join(scratch.folder, 'state')}, maxRatio: 1 }`,
      ],
    });
    const quiet = /^(?:un)?locks?$/.test(command) ? [] : ['--log-level', 'error'];
    const { exitCode, stdout, stderr, report } = await runSplitbrain([...words, ...config, ...quiet]);
    return { exitCode, report, said: `${stdout} ${stderr}`.replaceAll(/\s+/g, ' ') };
  }

  test('a touched file keeps every run off that proxy, as it does for the playbooks', async () => {
    expect((await run('report')).exitCode).toBe(0);
    writeFileSync(lockFile, '');
    const looked = await run('report');
    expect([looked.exitCode, looked.report?.proxies.map(({ status }) => status)]).toEqual([3, ['ok', 'ok', 'locked']]);
    const says = `hap-c is locked on its host (${lockFile}) by somebody who left no name, since `;
    expect(looked.said).toContain(says);
    expect(looked.said).toContain('without an end');
    expect(looked.said).not.toContain('AGREE');
    const healed = await run('heal', '--yes');
    expect([healed.exitCode, healed.said]).toEqual([4, expect.stringContaining('(locked)')]);
    const listed = await run('inventory');
    expect([listed.exitCode, listed.said]).toEqual([3, expect.stringContaining(says)]);

    const holder = await run('report', '--ignore-lock');
    expect([holder.exitCode, holder.report?.verdict]).toEqual([0, 'agree']);
    expect(holder.said).toContain(`This run ignores a lock, as --ignore-lock says: ${says}`);
    // Nobody's lock is nobody's to release, but by force.
    const refused = await run('unlock', 'hap-c', '--on-hosts');
    expect([refused.exitCode, refused.said]).toEqual([4, expect.stringContaining('unlock hap-c --on-hosts --force')]);
    const forced = await run('unlock', 'hap-c', '--on-hosts', '--force');
    expect([forced.exitCode, forced.said]).toEqual([0, expect.stringContaining(`That one was not yours: ${says}`)]);
    expect((await run('report')).exitCode).toBe(0);
  });

  test('--on-hosts writes both locks, lists both and releases both', async () => {
    const owner = ['--owner', 'alice'];
    const lock = (minutes: number) =>
      run('lock', 'hap-c', '--reason', "bob's kernel", '--for', `${minutes}m`, ...owner, '--on-hosts');
    const taken = await lock(30);
    expect([taken.exitCode, taken.said]).toEqual([0, expect.stringContaining('by alice, on 1 host too:')]);
    const first = parseLock(readFileSync(lockFile, 'utf8'));
    expect(first).toMatchObject({ owner: 'alice', reason: "bob's kernel", proxy: 'hap-c' });
    expect((await lock(60)).exitCode).toBe(0);
    const second = parseLock(readFileSync(lockFile, 'utf8'));
    expect(second!.untilMs - first!.untilMs).toBeGreaterThan(29 * MINUTE);

    const other = await run('lock', '--reason', 'r', '--for', '1m', '--owner', 'carol', '--on-hosts');
    expect([other.exitCode, other.said]).toEqual([4, expect.stringContaining('hap-c is locked on its host')]);
    const listed = await run('locks', '--on-hosts', '--json', '-');
    const { locks, exitCode } = JSON.parse(listed.said) as { locks: object[]; exitCode: number };
    expect([exitCode, locks]).toMatchObject([
      0,
      [
        { proxy: 'hap-c', place: 'folder', owner: 'alice' },
        { proxy: 'hap-c', place: 'host', owner: 'alice', path: lockFile },
      ],
    ]);
    const holder = await run('report', '--ignore-lock');
    expect(holder.said.split('This run ignores a lock').length - 1).toBe(1);

    expect((await run('unlock', 'hap-c', ...owner, '--on-hosts')).exitCode).toBe(0);
    expect((await run('locks', '--on-hosts')).said).toContain('Nothing of laboratory is locked.');
  });

  test('a proxy that is reached without a shell is locked in the folder, and that is said', async () => {
    const all = ['--owner', 'alice', '--on-hosts'];
    const taken = await run('lock', '--reason', 'recycle', '--for', '5m', ...all);
    expect([taken.exitCode, taken.said]).toEqual([0, expect.stringContaining('on 1 host too')]);
    expect(taken.said).toContain('hap-a is not reached by SSH: only the lock in the folder counts there.');
    expect((await run('unlock', ...all)).exitCode).toBe(0);
    const none = await run('lock', 'hap-a', '--reason', 'r', '--for', '5m', ...all);
    expect([none.exitCode, none.said]).toEqual([64, expect.stringContaining('--on-hosts: no host can hold a lock')]);
  });

  test('a file of ours whose end is over is ignored and said; a hostile one is escaped, in text and JSON', async () => {
    const [sinceMs, untilMs] = [Date.now() - 20 * MINUTE, Date.now() - 10 * MINUTE];
    writeFileSync(lockFile, spellLock(lockOf({ proxy: 'hap-c', sinceMs, untilMs })));
    const looked = await run('report');
    expect(looked.exitCode).toBe(0);
    expect(looked.said).toMatch(
      /the lock of alice@deploy-1 on hap-c ended at .* `splitbrain unlock hap-c --on-hosts -c/,
    );

    writeFileSync(lockFile, '\u001b[2J\u202eevil\u0007');
    // A run of a test fails where control bytes reach the terminal.
    const hostile = await run('report');
    expect([hostile.exitCode, hostile.said]).toEqual([3, expect.stringContaining('\\x1b[2J\\u202eevil')]);
    expect((await run('locks', '--on-hosts')).said).toContain('\\x1b[2J');
    expect((await run('locks', '--on-hosts', '--json', '-')).said).toContain('\\u001b[2J\\u202e');
  });
});
