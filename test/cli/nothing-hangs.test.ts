// A far end that accepts and never speaks: the run names it, ends, and leaves nothing that keeps
// the process alive.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sshd, sshdMissing, startSshd } from '../../lab/servers/sshd.ts';
import { runSplitbrain, startSplitbrain } from '../support/splitbrain.ts';

const noSshd = sshdMissing();
if (noSshd) console.warn(`skipped: ${noSshd}`);

describe('a far end that never speaks', () => {
  let folder: string;
  const silent: { tcp: number; agent: string } = { tcp: 0, agent: '' };
  const servers: net.Server[] = [];
  const sockets = new Set<net.Socket>();
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'silent-'));
    silent.agent = join(folder, 'agent.sock');
    for (const at of [{ port: 0, host: '127.0.0.1' }, { path: silent.agent }]) {
      const server = net.createServer({ allowHalfOpen: true }, (socket) => {
        socket.on('error', () => {}).resume();
        sockets.add(socket);
      });
      await new Promise<void>((done) => server.listen(at, done));
      servers.push(server);
    }
    silent.tcp = (servers[0]!.address() as AddressInfo).port;
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) await new Promise((done) => server.close(done));
    rmSync(folder, { recursive: true });
  });

  /** `firstByte` is how long each step may be silent. */
  const configFor = (endpoint: string, firstByte = '700ms', ssh = '') => {
    const path = join(folder, 'splitbrain.yaml');
    const limits = `collect: { timeout: 2m, firstByte: ${firstByte} }\nconfirm: { settle: 0s }\n`;
    writeFileSync(
      path,
      `environment: e\nproxies: { list: [{ name: hap-a, endpoint: "${endpoint}" }] }\n${limits}${ssh}`,
    );
    return path;
  };

  test('a stats socket: the wait is for the first byte, and has a limit of its own', async () => {
    const run = await runSplitbrain(['report', '-c', configFor(`tcp://127.0.0.1:${silent.tcp}`)]);
    expect(run.exitCode).toBe(3);
    expect(run.stdout).toContain("waited 700 ms for the first byte of HAProxy's answer");
  });

  test('many proxies at once: Node has nothing to warn of', async () => {
    const many = Array.from({ length: 24 }, (_, n) => ['--proxy', `tcp://127.0.1.${n + 1}:${silent.tcp}`]).flat();
    const run = await runSplitbrain(['report', ...many]);
    expect(run.exitCode).toBe(3);
    expect(run.stderr).not.toContain('Warning');
  });

  test('an SSH server: the wait names it', async () => {
    const run = await runSplitbrain(['report', '-c', configFor(`ssh://ops@127.0.0.1:${silent.tcp}/run/h.sock`)]);
    expect(run.exitCode).toBe(3);
    expect(run.stdout).toContain(`waited 700 ms for the SSH server at ops@127.0.0.1:${silent.tcp}`);
  });

  describe.skipIf(noSshd !== null)('an agent', () => {
    let sshd: Sshd;
    beforeAll(async () => {
      sshd = await startSshd();
    });
    afterAll(() => sshd?.stop());
    // sshd itself needs a moment for each of its own steps.
    const atSshd = (firstByte: string) => {
      writeFileSync(join(folder, 'known_hosts'), `${sshd.hostKeyLine}\n`);
      const endpoint = `ssh://${sshd.user}@127.0.0.1:${sshd.port}/run/h.sock`;
      return configFor(endpoint, firstByte, 'ssh: { agent: true, knownHosts: known_hosts }\n');
    };
    const env = () => ({ SSH_AUTH_SOCK: silent.agent });

    test('is named, and the process ends with its verdict', async () => {
      const run = await runSplitbrain(['report', '-c', atSshd('5s')], { env: env() });
      expect(run.exitCode).toBe(3);
      expect(run.stdout).toContain(`waited 5 s for the SSH agent at ${silent.agent}`);
    });

    test.each([
      ['SIGTERM', 143],
      ['SIGINT', 130],
    ] as const)('%s while it is waited for ends the process', async (signal, exitCode) => {
      const connected = new Promise((done) => servers[1]!.once('connection', done));
      const running = startSplitbrain(['report', '-c', atSshd('2m')], { env: env() });
      await connected;
      running.kill(signal);
      expect((await running.ended).exitCode).toBe(exitCode);
    });
  });
});
