// Commands on a proxy's host beside its conversations, through a real sshd: what is printed, and
// hosts that run none.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { sshdMissing } from '../../lab/servers/sshd.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { installed, type SshdLab, startSshdLab } from '../support/sshd-lab.ts';
import { answerTo, troubleOf } from '../transport/settings.ts';

const missing = sshdMissing() ?? (installed('socat') ? null : 'socat is missing');
if (missing) console.warn(`not tested: commands on hosts: ${missing}`);

const via = { kind: 'socat', sudo: false } as const;
const { signal } = new AbortController();

describe.skipIf(missing !== null)('a command on a host', () => {
  let lab: SshdLab;
  beforeAll(async () => {
    lab = await startSshdLab();
  });
  afterEach(() => lab.closeTransports());
  afterAll(() => lab?.clear());

  const run = (transport: Transport, command: string, input = '') => transport.shell!({ command, input }, signal);

  describe.each(['builtin', 'openssh'] as const)('%s', (kind) => {
    const client = () => (kind === 'openssh' && installed('ssh') ? { client: lab.openssh } : {});

    test('prints what it prints, from its input, and its last complaint', async () => {
      const transport = lab.open({ via, ...client() });
      expect(await run(transport, 'cat; echo first >&2; echo last >&2', 'обновление')).toEqual({
        output: 'обновление',
        complaint: 'last',
      });
    });

    test('a flood is cut', async () => {
      const printed = await run(lab.open({ via, ...client() }), 'head -c 1000000 /dev/zero');
      expect(printed?.output.length).toBe(8_192);
    });

    test('sshd gives one session only: a conversation and commands take turns', async () => {
      await lab.withSshd({ config: ['MaxSessions 1'] }, async (port, knownHosts) => {
        const knownHostsFile = join(lab.folder, 'known_second');
        writeFileSync(knownHostsFile, `${knownHosts.text}\n`);
        const own = kind === 'openssh' ? { client: { ...lab.openssh, knownHostsFile } } : {};
        const transport = lab.open({ via, knownHosts, ...own }, { port });
        for (let turn = 0; turn < 3; turn++) {
          expect(await answerTo(transport, 'show info\n')).toBe('<show info\n>');
          expect((await run(transport, 'echo free'))?.output).toBe('free\n');
        }
      });
    });
  });

  test.each([
    ['a forced command that leads to HAProxy', 'ForceCommand echo "# HELP"'],
    ['a forced command that does something else', 'ForceCommand echo no'],
    ['a shell that runs nothing', 'ForceCommand exit 1'],
  ])('%s -> null: no command of ours ran', async (_, line) => {
    await lab.withSshd({ config: [line] }, async (port, knownHosts) => {
      expect(await run(lab.open({ via, knownHosts }, { port }), 'echo mine')).toBeNull();
    });
  });

  test('what the login shell prints before is not part of it', async () => {
    const config = ['ForceCommand echo Welcome; sh -c "$SSH_ORIGINAL_COMMAND"'];
    await lab.withSshd({ config }, async (port, knownHosts) => {
      expect((await run(lab.open({ via, knownHosts }, { port }), 'echo mine'))?.output).toBe('mine\n');
    });
  });

  test('a host that cannot be reached is a trouble', async () => {
    const trouble = await troubleOf(run(lab.open({ via }, { port: await lab.deadPort() }), 'true'));
    expect(trouble.code).toBe('refused');
  });

  test('a way without a shell has none', () => {
    expect(lab.open({ via: { kind: 'streamlocal' } }).shell).toBeUndefined();
  });
});
