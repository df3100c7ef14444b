// The `ssh` section and the files that it names.

import { describe, expect, test } from 'vitest';
import { sshSection } from '../../src/config/schema.ts';
import { readLogin } from '../../src/config/ssh-login.ts';
import { complaintsOf, small } from './loading.ts';

/** The defaults. */
const SECTION = sshSection.parse({});

/** A machine on which reading gives these texts, or fails with these codes of the system. */
function host(
  files: Record<string, { text: string } | { code: string }>,
  env: Record<string, string> = { HOME: '/home/me' },
) {
  const readFile = (path: string) => {
    const file = files[path] ?? { code: 'ENOENT' };
    if ('text' in file) return file.text;
    throw Object.assign(new Error(path), file);
  };
  return { readFile, env };
}

describe('private key', () => {
  test('is read, with its passphrase', () => {
    const machine = host({ '/home/me/id': { text: 'KEY' } });
    const { ssh, complaints } = readLogin({ ...SECTION, privateKey: '~/id', passphrase: 'p' }, '.', machine);
    expect(ssh.privateKey).toEqual({ path: '/home/me/id', contents: 'KEY', passphrase: 'p' });
    expect(complaints).toEqual([]);
  });

  test('an empty passphrase is none', () => {
    const machine = host({ 'conf/id': { text: 'KEY' } });
    const { ssh } = readLogin({ ...SECTION, privateKey: 'id', passphrase: '' }, 'conf', machine);
    expect(ssh.privateKey).toEqual({ path: 'conf/id', contents: 'KEY', passphrase: null });
  });

  test.each([
    ['ENOENT', 'cannot be read: there is no such file'],
    ['EACCES', 'cannot be read: EACCES'],
  ])('that gives %s is a complaint', (code, text) => {
    const { complaints } = readLogin({ ...SECTION, privateKey: '/id' }, '.', host({ '/id': { code } }));
    expect(complaints).toEqual([{ path: ['ssh', 'privateKey'], text }]);
  });

  test('~ without HOME is a complaint', () => {
    const { complaints } = readLogin({ ...SECTION, privateKey: '~/id' }, '.', host({}, {}));
    expect(complaints).toEqual([{ path: ['ssh', 'privateKey'], text: 'starts with ~, but HOME is not set' }]);
  });
});

describe('known hosts', () => {
  test('that are not there are empty', () => {
    expect(readLogin(SECTION, '.', host({}))).toMatchObject({
      ssh: { knownHosts: { path: '/home/me/.ssh/known_hosts', text: '' } },
      complaints: [],
    });
  });

  test('without a home directory are empty', () => {
    expect(readLogin(SECTION, '.', host({}, {}))).toMatchObject({ ssh: { knownHosts: { text: '' } }, complaints: [] });
  });

  test('that may not be read are a complaint', () => {
    const machine = host({ 'conf/hosts': { code: 'EACCES' } });
    const { complaints } = readLogin({ ...SECTION, knownHosts: 'hosts' }, 'conf', machine);
    expect(complaints).toEqual([{ path: ['ssh', 'knownHosts'], text: 'cannot be read: EACCES' }]);
  });
});

test('an agent socket that is set to nothing is none', () => {
  expect(readLogin(SECTION, '.', host({}, { SSH_AUTH_SOCK: '' })).ssh.agentSocket).toBe(null);
});

test.each([
  [undefined, '/tmp/haproxy-status.lock'],
  ['/run/lock/x', '/run/lock/x'],
  [null, null],
])('lock file %j -> %j', (lockFile, read) => {
  expect(readLogin({ ...SECTION, lockFile }, '.', host({})).ssh.lockFile).toBe(read);
});

test('sudo: false beside streamlocal says what is so anyway', () => {
  expect(complaintsOf(small('ssh: { via: streamlocal, sudo: false }'))).toEqual([]);
});

test('an abstract socket wants socat, since sshd cannot open it', () => {
  const over = (via: string) =>
    complaintsOf(
      `environment: a\nproxies: { list: [{ name: a, endpoint: "ssh://u@h/abns@hap" }] }\nssh: { via: ${via} }\n`,
    );
  expect(over('streamlocal')).toEqual([expect.stringContaining(':3:8: ssh.via: does not open the abstract sockets')]);
  expect(over('socat')).toEqual([]);
});
