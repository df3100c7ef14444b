// A real HAProxy behind a real sshd: one command there serves a whole look, and tells just what a
// socket of this machine tells.

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startMesh } from '../../lab/mesh/mesh.ts';
import { sshdMissing, startSshd } from '../../lab/servers/sshd.ts';
import { until } from '../../lab/until.ts';
import { createTableReader, type TableReader } from '../../src/runtime-api/table-reader.ts';
import type { Compress } from '../../src/transport/compressed/compression.ts';
import { socketTransport } from '../../src/transport/socket.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { collectingSink } from '../support/collected-entries.ts';
import { everyHaproxy } from '../support/haproxy-versions.ts';
import { hostileNames } from '../support/hostile-names.ts';
import { installed } from '../support/sshd-lab.ts';
import { answerTo, openTransport, patience, sshSettings, targetOf } from '../transport/settings.ts';

const missing = sshdMissing() ?? (installed('socat') ? null : 'socat is missing (Debian: apt-get install socat)');
if (missing) console.warn(`skipped: ${missing}`);

const signal = new AbortController().signal;
const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/**
 * One proxy, a way to it through sshd and one without, and the process ids of the commands that
 * sshd has run.
 */
async function lab(binary: string, compress: Compress = 'never') {
  const mesh = await startMesh({ binary, proxies: 1, shards: 2 });
  endings.push(() => mesh.stop());
  const folder = mkdtempSync(join(tmpdir(), 'ssh-session-'));
  endings.push(() => rmSync(folder, { recursive: true }));
  const [gate, log] = [join(folder, 'gate'), join(folder, 'log')];
  writeFileSync(
    gate,
    `#!/bin/sh\necho $$ >>${log}\neval "\${SSH_ORIGINAL_COMMAND%%; *}"\neval "exec \${SSH_ORIGINAL_COMMAND#*; }"\n`,
  );
  chmodSync(gate, 0o755);
  const sshd = await startSshd({ config: ['MaxSessions 1', `ForceCommand ${gate}`] });
  endings.push(() => sshd.stop());
  const { socketPath: path } = mesh.proxies[0]!;
  const far = openTransport(
    targetOf({ kind: 'ssh', user: sshd.user, host: '127.0.0.1', port: sshd.port, path }),
    sshSettings({
      privateKey: { path: sshd.clientKeyPath, contents: sshd.clientKey, passphrase: null },
      knownHosts: { path: 'known_hosts', text: `${sshd.hostKeyLine}\n` },
      via: { kind: 'socat', sudo: false },
    }),
    compress,
  );
  endings.push(() => far.close());
  const commands = () => readFileSync(log, 'utf8').trim().split('\n').map(Number);
  return {
    mesh,
    far,
    near: socketTransport({ kind: 'unix', path }, { timeoutMs: 20_000, firstByteMs: 20_000 }),
    commands,
  };
}

/** Everything that a look and the look again ask for, but for the lives of entries, which go on. */
async function lookAt(transport: Transport) {
  const reader: TableReader = createTableReader(transport, 'nodes', 30_000);
  const { haproxy, tables, servers } = await reader.state(signal);
  const [sink, again] = [collectingSink(), collectingSink()];
  const { maxExpiresInMs: _, ...dump } = await reader.dump(sink, signal);
  const keys = sink.entries.map(({ key }) => key);
  const inexpressible = await reader.entries(keys, again, signal);
  const fills: boolean[] = [];
  for (const key of keys.slice(0, 20)) fills.push(await reader.fillsKeyLength(key, signal));
  const plain = ({ entries }: typeof sink) =>
    entries.map(({ expiresInMs, ...entry }) => ({ ...entry, lives: expiresInMs > 0 }));
  return {
    haproxy,
    tables,
    servers,
    dump: { ...dump, bytes: 0 },
    entries: plain(sink),
    // Lines of keys are asked at once, and answered in any order.
    again: plain(again).sort((one, other) => (one.key < other.key ? -1 : 1)),
    inexpressible,
    fills,
  };
}

/** A dump larger than the 2 MB that one side of SSH sends before the other has read. */
const LARGE = 20_000;

describe.skipIf(missing !== null).each(everyHaproxy())('HAProxy $version', ({ command }) => {
  test('hostile names and all: the same answers as without ssh, by two commands', async () => {
    const { mesh, far, near, commands } = await lab(command);
    await mesh.fill(0, hostileNames.length, (n) => ({ key: hostileNames[n]!, serverId: 11 + (n % 2) }));
    const seen = await lookAt(far);
    expect(seen.entries.length).toBe(new Set(hostileNames.map((name) => Buffer.from(name).toString('latin1'))).size);
    expect(seen.again.length + seen.inexpressible.length).toBe(seen.entries.length);
    expect(seen).toEqual(await lookAt(near));
    // Keys are asked for in a new conversation: an open one would stay with a process that has been
    // reloaded.
    expect(commands().length).toBe(2);
  });

  test.each(['never', 'always'] as const)('a large table, whole (compress: %s)', async (compress) => {
    const { mesh, far, near, commands } = await lab(command, compress);
    await mesh.fill(0, LARGE, (n) => ({ key: `room${n}@conference.example.com`, serverId: 11 + (n % 2) }));
    const seen = await lookAt(far);
    expect(seen.dump).toMatchObject({ outcome: 'complete', entries: LARGE, unreadableLines: 0 });
    expect(seen).toEqual(await lookAt(near));
    // Compressed, the dump has a command of its own, and where MaxSessions is 1 there is none
    // beside it.
    expect(commands().length).toBe(compress === 'always' ? 3 : 2);
  });

  test('ended from outside: the next request is answered by another', async () => {
    const { far, commands } = await lab(command);
    const ask = () => answerTo(far, 'show cli level\n', { ...patience(), isRepeatable: true });
    expect(await ask()).toBe('admin\n\n');
    const [first] = commands() as [number];
    process.kill(first, 'SIGKILL');
    await until('the first command has ended', async () => (existsSync(`/proc/${first}`) ? null : true));
    expect(await ask()).toBe('admin\n\n');
    expect(await ask()).toBe('admin\n\n');
    expect(commands().length).toBeGreaterThan(1);
  });
});
