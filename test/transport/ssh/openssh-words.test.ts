// What the system's `ssh` is told.

import { describe, expect, test } from 'vitest';
import { openSshConfig, openSshWords } from '../../../src/transport/ssh/openssh-words.ts';
import { jumpsThrough, sshSettings } from '../settings.ts';

const client = { kind: 'openssh', configFile: null, knownHostsFile: null } as const;
const target = (port: number) => ({
  name: 'hap-a',
  region: null,
  endpoint: { kind: 'ssh', user: 'ops', host: 'box', port, path: '/run/h.sock' } as const,
});

describe('the configuration', () => {
  test("never asks, and reads the person's and the machine's own after ours", () => {
    const lines = openSshConfig(sshSettings(), client, 9_500).split('\n');
    expect(lines).toContain('  BatchMode yes');
    expect(lines).toContain('  ConnectTimeout 10');
    expect(lines.slice(-3)).toEqual(['Include ~/.ssh/config', 'Include /etc/ssh/ssh_config', '']);
  });

  test('says of key, agent and known hosts what ours says, whatever their names hold', () => {
    const privateKey = { path: '/k/my "key" 100%', contents: '', passphrase: null };
    const named = { ...client, configFile: '/etc/my config', knownHostsFile: '/k/known hosts' };
    const lines = openSshConfig(sshSettings({ privateKey, refusesAgent: true }), named, 10_000).split('\n');
    expect(lines).toContain('  IdentityFile "/k/my \\"key\\" 100%%"');
    expect(lines).toContain('  IdentityAgent none');
    expect(lines).toContain('  UserKnownHostsFile "/k/known hosts"');
    expect(lines.slice(-2)).toEqual(['Include "/etc/my config"', '']);
  });
});

describe('the words', () => {
  test('leave the usual port to the configuration of that host', () => {
    expect(openSshWords(target(22), sshSettings())).not.toContain('-p');
    expect(openSshWords(target(2222), sshSettings()).join(' ')).toContain('-l ops -p 2222');
  });

  test('go by the hosts of ssh.jump', () => {
    const jumps = jumpsThrough({ user: 'a', host: 'b', port: 22 }, { user: 'c', host: '::1', port: 2022 });
    expect(openSshWords(target(22), sshSettings({ jumps })).join(' ')).toContain('-J a@b:22,c@[::1]:2022');
  });
});
