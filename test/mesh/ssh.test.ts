// A real sshd in front of a stand-in for HAProxy: every way to the stats socket, and what is
// missing or forbidden there.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { sshdMissing } from '../../lab/servers/sshd.ts';
import type { SshSettings } from '../../src/domain/settings.ts';
import { dump, installed, type SshdLab, startSshdLab } from '../support/sshd-lab.ts';
import { answerTo, patience, troubleOf } from '../transport/settings.ts';

const noSshd = sshdMissing();
const noSocat = installed('socat') ? null : 'socat is missing (Debian: apt-get install socat)';
const noSudo = installed('sudo') ? noSocat : 'sudo is missing (Debian: apt-get install sudo)';
for (const missing of new Set([noSshd, noSocat, noSudo])) if (missing) console.warn(`skipped: ${missing}`);

const sha = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe.skipIf(noSshd !== null)('ssh', () => {
  let lab: SshdLab;
  beforeAll(async () => {
    lab = await startSshdLab();
  });
  afterEach(() => lab.closeTransports());
  afterAll(() => lab?.clear());

  const socat = { kind: 'socat', sudo: false } as const;
  const streamlocal = { kind: 'streamlocal' } as const;
  const tcp = () => ({ kind: 'tcp', host: '127.0.0.1', port: lab.statsPort }) as const;

  const ways: [title: string, skip: string | null, more: () => Partial<SshSettings>][] = [
    ['exec socat', noSocat, () => ({ via: socat })],
    ['exec sudo socat', noSudo, () => ({ via: { kind: 'socat', sudo: true } })],
    ['streamlocal', null, () => ({ via: streamlocal })],
    ['tcp', null, () => ({ via: tcp() })],
    ['exec socat behind a jump host', noSocat, () => ({ via: socat, jumps: lab.jumps })],
    ['streamlocal behind a jump host', null, () => ({ via: streamlocal, jumps: lab.jumps })],
  ];
  const clients = ['builtin', 'openssh'] as const;
  for (const [client, [title, skip, way]] of clients.flatMap((name) => ways.map((each) => [name, each] as const))) {
    const more = () => ({ ...way(), ...(client === 'openssh' ? { client: lab.openssh } : {}) });
    describe.skipIf(skip !== null)(`${client}: ${title}`, () => {
      test('a request arrives byte for byte, several over one login, in the order asked', async () => {
        const transport = lab.open(more());
        const requests = ['show info\n', 'show table t key \xff\xe9\x01\n', 'clear table t key b\n'];
        expect(await Promise.all(requests.map((request) => answerTo(transport, request)))).toEqual(
          requests.map((request) => `<${request}>`),
        );
      });

      test('20 MB arrive intact, also for a reader that pauses', async () => {
        const transport = lab.open(more());
        expect(sha(Buffer.from(await answerTo(transport, 'show table nodes\n'), 'latin1'))).toBe(sha(dump));
        const hash = createHash('sha256');
        await transport.ask(
          'show table nodes\n',
          async (chunk) => {
            hash.update(chunk);
            await turn();
          },
          patience(),
        );
        expect(hash.digest('hex')).toBe(sha(dump));
      });

      test('an ask that its caller ends in the middle leaves the login usable', async () => {
        const transport = lab.open(more());
        const run = new AbortController();
        const asked = transport.ask('show table nodes\n', () => run.abort(), { ...patience(), signal: run.signal });
        expect((await troubleOf(asked)).code).toBe('interrupted');
        expect(await answerTo(transport, 'show info\n')).toBe('<show info\n>');
      });
    });
  }

  describe('what is missing or forbidden on the far side', () => {
    test.skipIf(noSocat !== null)('socat, no socket file: no-socket', async () => {
      const trouble = await troubleOf(answerTo(lab.open({ via: socat }, { path: '/nowhere/admin.sock' }), 'x\n'));
      expect(trouble.code).toBe('no-socket');
    });
    test('streamlocal, no socket file: no-socket', async () => {
      const trouble = await troubleOf(answerTo(lab.open({ via: streamlocal }, { path: '/nowhere/admin.sock' }), 'x\n'));
      expect(trouble.code).toBe('no-socket');
    });
    test.skipIf(noSocat !== null)('socat, a socket that outlived its process: refused', async () => {
      const stale = join(lab.folder, 'stale.sock');
      const dies = `require('net').createServer().listen(${JSON.stringify(stale)}, () => process.kill(process.pid, 'SIGKILL'))`;
      spawnSync(process.execPath, ['-e', dies]);
      expect((await troubleOf(answerTo(lab.open({ via: socat }, { path: stale }), 'x\n'))).code).toBe('refused');
    });
    test('tcp, nobody listens: refused', async () => {
      const via = { kind: 'tcp', host: '127.0.0.1', port: await lab.deadPort() } as const;
      expect((await troubleOf(answerTo(lab.open({ via }), 'x\n'))).code).toBe('refused');
    });
    // Where sudo is there, there is nothing to test: the other case stands above.
    if (noSudo !== null) {
      test('sudo is not installed: remote-command', async () => {
        const trouble = await troubleOf(answerTo(lab.open({ via: { kind: 'socat', sudo: true } }), 'x\n'));
        expect(trouble.code).toBe('remote-command');
      });
    }
    test('forwarding is off: the option to set is named, though sshd says so only for TCP', async () => {
      const config = ['AllowStreamLocalForwarding no', 'AllowTcpForwarding no'];
      await lab.withSshd({ config }, async (port, knownHosts) => {
        const ask = (via: SshSettings['via']) => troubleOf(answerTo(lab.open({ via, knownHosts }, { port }), 'x\n'));
        const unix = await ask(streamlocal);
        expect([unix.code, unix.remedy]).toEqual(['no-socket', expect.stringContaining('AllowStreamLocalForwarding')]);
        const net = await ask(tcp());
        expect([net.code, net.remedy]).toEqual(['ssh', expect.stringContaining('AllowTcpForwarding')]);
      });
    });
    test.skipIf(noSocat !== null)('MaxSessions 1 is enough', async () => {
      await lab.withSshd({ config: ['MaxSessions 1'] }, async (port, knownHosts) => {
        const transport = lab.open({ via: socat, knownHosts }, { port });
        const requests = ['a\n', 'b\n', 'c\n', 'd\n'];
        expect(await Promise.all(requests.map((request) => answerTo(transport, request)))).toEqual(
          requests.map((request) => `<${request}>`),
        );
      });
    });
    test('the jump host cannot reach the proxy: refused, and the jump host is named', async () => {
      const trouble = await troubleOf(answerTo(lab.open({ jumps: lab.jumps }, { port: await lab.deadPort() }), 'x\n'));
      expect(trouble.code).toBe('refused');
      expect(trouble.message).toContain('jump host localhost');
    });
  });
});
