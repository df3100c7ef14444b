// Compression on hosts as they are: a real sshd, with gzip, without, with one that dies, with sudo,
// and with a command of their own.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Sshd, sshdMissing, startSshd } from '../../../lab/servers/sshd.ts';
import { until } from '../../../lab/until.ts';
import type { Transport } from '../../../src/transport/transport.ts';
import { dump, installed } from '../../support/sshd-lab.ts';
import { type StatsSocket, startStatsSocket } from '../../support/stats-socket.ts';
import { answerTo, forDump, openTransport, patience, sshSettings, targetOf, troubleOf } from '../settings.ts';

const noHost = sshdMissing() ?? (installed('socat') ? null : 'socat is missing (Debian: apt-get install socat)');
const noSudo = installed('sudo') ? null : 'sudo is missing (Debian: apt-get install sudo)';
for (const missing of [noHost, noSudo]) if (missing) console.warn(`skipped: ${missing}`);

describe.skipIf(noHost !== null)('a host', () => {
  let folder: string;
  let socketPath: string;
  let stats: StatsSocket;
  const sshds: Sshd[] = [];
  const transports: Transport[] = [];
  const plain = dump.toString('latin1');

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ssh-gzip-'));
    // Punctuation to which shells and socat give a meaning.
    mkdirSync(join(folder, "it's, a:b!"));
    socketPath = join(folder, "it's, a:b!", 'admin "1" $HOME.sock');
    stats = await startStatsSocket(socketPath, (request) =>
      request.startsWith('show table') ? dump : request && 'state\n\n',
    );
  });
  afterEach(async () => {
    for (const transport of transports.splice(0)) await transport.close();
    for (const sshd of sshds.splice(0)) await sshd.stop();
  });
  afterAll(async () => {
    await stats?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /**
   * A transport to a host on whose path stand these programs and no others; those with a text are
   * scripts.
   */
  async function host(
    programs: Readonly<Record<string, string | null>>,
    { sudo = false, path = socketPath, config = [] as readonly string[] } = {},
  ): Promise<Transport> {
    const bin = mkdtempSync(join(folder, 'bin-'));
    for (const [name, script] of Object.entries(programs)) {
      const at = join(bin, name);
      if (script === null) symlinkSync(join('/usr/bin', name), at);
      else {
        writeFileSync(at, `#!/bin/sh\n${script}\n`);
        chmodSync(at, 0o755);
      }
    }
    // A home without start files: what they call may not be on this path, and complain.
    const sshd = await startSshd({ config: [`SetEnv PATH=${bin} HOME=${bin}`, ...config] });
    sshds.push(sshd);
    const { port, user, hostKeyLine, clientKey, clientKeyPath } = sshd;
    const endpoint = { kind: 'ssh', user, host: '127.0.0.1', port, path } as const;
    const settings = sshSettings({
      privateKey: { path: clientKeyPath, contents: clientKey, passphrase: null },
      knownHosts: { path: 'known_hosts', text: hostKeyLine },
      via: { kind: 'socat', sudo },
    });
    const transport = openTransport(targetOf(endpoint), settings, 'always');
    transports.push(transport);
    return transport;
  }

  let counter = 0;
  /** A gzip that writes down that it was run, and how; `note` is where. */
  function watchedGzip() {
    const note = join(folder, `gzip-${counter++}`);
    return { note, gzip: `echo "$* at $(/usr/bin/nice)" > ${note}; echo $$ > ${note}.pid; exec /usr/bin/gzip "$@"` };
  }

  const base = { sh: null, socat: null, nice: null };

  test('with gzip: the dump comes byte for byte, several times over one login; gzip yields to the proxy', async () => {
    const { note, gzip } = watchedGzip();
    const transport = await host({ ...base, gzip });
    expect(await answerTo(transport, 'show info\n')).toBe('state\n\n');
    expect(existsSync(note)).toBe(false);
    for (let n = 0; n < 2; n++)
      expect((await answerTo(transport, 'show table nodes\n', forDump())) === plain).toBe(true);
    expect(readFileSync(note, 'utf8')).toBe(`-3 at ${Math.min(19, getPriority() + 10)}\n`);
  });

  test.each([
    ['gzip', { sh: null, socat: null, nice: null }],
    ['nice', { sh: null, socat: null, gzip: 'exit 99' }],
  ])('without %s: the dump comes in plain', async (_, programs) => {
    const transport = await host(programs);
    expect((await answerTo(transport, 'show table nodes\n', forDump())) === plain).toBe(true);
  });

  test.skipIf(noSudo !== null)('sudo is for socat alone', async () => {
    const { note, gzip } = watchedGzip();
    const sudo = `[ "$1 $2" = "-n socat" ] || exit 1; exec /usr/bin/sudo "$@"`;
    const transport = await host({ ...base, sudo, gzip }, { sudo: true });
    expect((await answerTo(transport, 'show table nodes\n', forDump())) === plain).toBe(true);
    expect(existsSync(note)).toBe(true);
  });

  test('gzip takes a good end, and socat has a bad one: its complaint is told', async () => {
    const socat = `/usr/bin/head -c 70000 /dev/zero; echo 'socat[1] E read(5): Connection reset by peer' >&2; exit 1`;
    const transport = await host({ ...base, socat, gzip: null });
    let bytes = 0;
    const asked = transport.ask(
      'show table nodes\n',
      (chunk) => {
        bytes += chunk.length;
      },
      forDump(),
    );
    expect(await troubleOf(asked)).toMatchObject({ code: 'reset', message: expect.stringContaining('reset by peer') });
    expect(bytes).toBe(70_000);
  });

  test.each([
    ['no socket file', { ...base, gzip: null }, 'no-socket'],
    ['no socat', { sh: null, nice: null, gzip: null }, 'remote-command'],
    ['neither socat nor gzip', { sh: null }, 'remote-command'],
  ])('%s: the same trouble as in plain', async (_, programs, code) => {
    const transport = await host(programs, { path: '/nowhere/admin.sock' });
    const trouble = await troubleOf(answerTo(transport, 'show table nodes\n', forDump()));
    const inPlain = await troubleOf(answerTo(transport, 'show table nodes\n'));
    expect([trouble.code, trouble.remedy]).toEqual([code, inPlain.remedy]);
  });

  test('gzip is killed in the middle: its end is told, and what came is a beginning of the dump', async () => {
    const gzip = '/usr/bin/head -c 1000000 | /usr/bin/gzip; kill -KILL $$';
    const transport = await host({ ...base, gzip });
    let text = '';
    const asked = transport.ask(
      'show table nodes\n',
      (chunk) => {
        text += Buffer.from(chunk).toString('latin1');
      },
      forDump(),
    );
    const trouble = await troubleOf(asked);
    expect([trouble.code, trouble.message]).toEqual(['remote-command', expect.stringContaining('gzip ended with 137')]);
    expect([text.length, plain.startsWith(text)]).toEqual([1_000_000, true]);
  });

  test('an ask that is ended in the middle leaves no gzip behind, and the login usable', async () => {
    const { note, gzip } = watchedGzip();
    const transport = await host({ ...base, gzip });
    const run = new AbortController();
    const limits = { ...forDump(), signal: run.signal };
    const asked = transport.ask('show table nodes\n', () => run.abort(), limits);
    expect((await troubleOf(asked)).code).toBe('interrupted');
    const pid = Number(readFileSync(`${note}.pid`, 'utf8'));
    await until('gzip has ended', async () => (existsSync(`/proc/${pid}`) ? null : true));
    expect(await answerTo(transport, 'show info\n', patience())).toBe('state\n\n');
  });

  test('with a command of its own, whatever it is told to run: the dump comes in plain', async () => {
    const simple = join(folder, 'simple.sock');
    const second = await startStatsSocket(simple, () => dump);
    try {
      const config = [`ForceCommand /usr/bin/socat -t30 - UNIX-CONNECT:${simple}`];
      const transport = await host({ ...base, gzip: null }, { config });
      expect((await answerTo(transport, 'show table nodes\n', forDump())) === plain).toBe(true);
    } finally {
      await second.stop();
    }
  });

  test('that lets only socat pass: the dump comes in plain', async () => {
    const gate = join(folder, 'gate');
    writeFileSync(
      gate,
      '#!/bin/sh\ncase $SSH_ORIGINAL_COMMAND in socat\\ *) eval "exec $SSH_ORIGINAL_COMMAND" ;; esac\necho Rejected; exit 1\n',
    );
    chmodSync(gate, 0o755);
    const transport = await host({ ...base, gzip: null }, { config: [`ForceCommand ${gate}`] });
    expect((await answerTo(transport, 'show table nodes\n', forDump())) === plain).toBe(true);
  });
});
