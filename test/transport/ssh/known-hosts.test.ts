// Which keys a known_hosts text vouches for: tables by hand, and ssh-keygen as the judge of hashed
// names.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { fingerprintOf, hostKeyAlgorithms, hostKeyTrouble } from '../../../src/transport/ssh/host-key.ts';
import { hostKeyTypes, judgeHostKey } from '../../../src/transport/ssh/known-hosts.ts';

/** A well-formed blob of that type; what stands in it does not matter to known_hosts. */
function blob(type: string, seed: number): Buffer {
  const field = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  return Buffer.concat([field(Buffer.from(type)), field(Buffer.alloc(32, seed))]);
}
const ed = blob('ssh-ed25519', 1);
const ed2 = blob('ssh-ed25519', 2);
const ec = blob('ecdsa-sha2-nistp256', 3);
const rsa = blob('ssh-rsa', 4);
const line = (hosts: string, key: Buffer) =>
  `${hosts} ${key.subarray(4, 4 + key.readUInt32BE(0)).toString()} ${key.toString('base64')}`;

const unknown = { verdict: 'unknown', otherLines: [], authorityLines: [] };
const known = { verdict: 'known' };

describe('judgeHostKey', () => {
  const cases: [title: string, text: string, host: string, port: number, verdict: object][] = [
    ['an empty file knows nobody', '', 'a', 22, unknown],
    ['the name alone means port 22', line('a', ed), 'a', 22, known],
    ['a comment behind the key does not matter', `${line('a', ed)} root@a`, 'a', 22, known],
    ['CRLF and leading blanks do not matter', `  ${line('a', ed)}\r\n`, 'a', 22, known],
    ['another host is another host', line('b', ed), 'a', 22, unknown],
    ['names are compared without case', line('A.Example', ed), 'a.eXAMPLE', 22, known],
    ['one of a comma list is enough', line('b,a,10.0.0.5', ed), '10.0.0.5', 22, known],
    ['* stands for any run', line('*.example.com', ed), 'x.y.example.com', 22, known],
    ['* does not reach beyond what follows it', line('*.example.com', ed), 'example.com', 22, unknown],
    ['? stands for one character', line('hap-?', ed), 'hap-3', 22, known],
    ['? does not stand for two', line('hap-?', ed), 'hap-33', 22, unknown],
    ['brackets are no character class', line('hap-[1-3]', ed), 'hap-2', 22, unknown],
    ['! takes a host out of a list', line('*.example.com,!bad.example.com', ed), 'bad.example.com', 22, unknown],
    ['! comes first or last alike', line('!bad.example.com,*.example.com', ed), 'bad.example.com', 22, unknown],
    ['! alone names nobody', line('!bad', ed), 'good', 22, unknown],
    ['[host]:port is that port', line('[a]:2222', ed), 'a', 2222, known],
    ['[host]:port is not another port', line('[a]:2222', ed), 'a', 2223, unknown],
    ['[host]:port is not port 22', line('[a]:2222', ed), 'a', 22, unknown],
    ['[host]:22 is never looked up', line('[a]:22', ed), 'a', 22, unknown],
    ['a line without port vouches for the same key on another port', line('a', ed), 'a', 2222, known],
    ['a line without port accuses nobody on another port', line('a', ed2), 'a', 2222, unknown],
    ['an IPv6 address on port 22 stands bare', line('2001:db8::5', ed), '2001:db8::5', 22, known],
    ['an IPv6 address on another port stands in brackets', line('[::1]:2222', ed), '::1', 2222, known],
    [
      'another key of the type: changed, with its line',
      `#\n${line('a', ed2)}`,
      'a',
      22,
      { verdict: 'changed', lines: [2] },
    ],
    ['one of several keys of the type is enough', `${line('a', ed2)}\n${line('a', ed)}`, 'a', 22, known],
    [
      'several other keys of the type: all their lines',
      `${line('a', ed2)}\n\n${line('*', blob('ssh-ed25519', 9))}`,
      'a',
      22,
      { verdict: 'changed', lines: [1, 3] },
    ],
    [
      'only keys of other types: unknown, with their lines',
      `${line('a', ec)}\n${line('a', rsa)}`,
      'a',
      22,
      { verdict: 'unknown', otherLines: [1, 2], authorityLines: [] },
    ],
    [
      '@revoked wins over a line that vouches for the same key',
      `${line('a', ed)}\n@revoked ${line('*', ed)}`,
      'a',
      22,
      { verdict: 'revoked', lines: [2] },
    ],
    ['@revoked of another key does nothing', `${line('a', ed)}\n@revoked ${line('*', ed2)}`, 'a', 22, known],
    ['@revoked for another host does nothing', `${line('a', ed)}\n@revoked ${line('b', ed)}`, 'a', 22, known],
    [
      '@cert-authority is not a key of the host',
      `@cert-authority ${line('*', ed)}`,
      'a',
      22,
      { verdict: 'unknown', otherLines: [], authorityLines: [1] },
    ],
    ['an unknown marker voids the line', `@trusted ${line('a', ed)}`, 'a', 22, unknown],
    ['a comment is no line', `#${line('a', ed)}`, 'a', 22, unknown],
    ['a type that is not the blob’s own voids the line', `a ssh-rsa ${ed.toString('base64')}`, 'a', 22, unknown],
    ['a blob cut short voids the line', `a ssh-ed25519 ${ed.subarray(0, -3).toString('base64')}`, 'a', 22, unknown],
    ['text that is not base64 voids the line', 'a ssh-ed25519 not*base64', 'a', 22, unknown],
    ['a line without key voids itself only', `a ssh-ed25519\n${line('a', ed)}`, 'a', 22, known],
    ['an unknown way of hashing names nobody', line('|2|AAAA|AAAA', ed), 'a', 22, unknown],
  ];
  test.each(cases)('%s', (_title, text, host, port, verdict) => {
    expect(judgeHostKey(text, { host, port }, ed)).toEqual(verdict);
  });

  test('bytes that are no key are known to nobody', () => {
    expect(judgeHostKey(line('a', ed), { host: 'a', port: 22 }, Buffer.from('nonsense'))).toMatchObject({
      verdict: 'unknown',
    });
  });
});

describe('hostKeyTypes', () => {
  test('names the types of this host only, ssh-rsa by its SHA-2 algorithms', () => {
    const text = `${line('a', rsa)}\n${line('a', ec)}\n${line('b', ed)}\n@revoked ${line('a', ed)}`;
    expect(hostKeyTypes(text, { host: 'a', port: 22 })).toEqual([
      'rsa-sha2-512',
      'rsa-sha2-256',
      'ecdsa-sha2-nistp256',
    ]);
  });
  test('is empty for a host that the file does not know', () => {
    expect(hostKeyTypes(line('b', ed), { host: 'a', port: 22 })).toEqual([]);
  });
  test('the server is asked for known types first, then for the others, never for SHA-1 or DSA', () => {
    const knownHosts = { path: 'f', text: `${line('a', ec)}\n${line('a', blob('ssh-dss', 5))}` };
    const asked = hostKeyAlgorithms(knownHosts, { host: 'a', port: 22 });
    expect(asked[0]).toBe('ecdsa-sha2-nistp256');
    expect(asked).toContain('ssh-ed25519');
    expect(asked).not.toContain('ssh-rsa');
    expect(asked).not.toContain('ssh-dss');
  });
});

describe('hostKeyTrouble', () => {
  const trouble = (text: string, port = 2222) =>
    hostKeyTrouble({ path: '/etc/known', text }, { host: 'hap-a', port }, ed);

  test('a known key is no trouble', () => {
    expect(trouble(line('[hap-a]:2222', ed))).toBeNull();
  });
  test('an unknown key: the line to add, the fingerprint to compare, the file', () => {
    const found = trouble('');
    expect(found?.code).toBe('host-key-unknown');
    expect(found?.remedy).toContain(line('[hap-a]:2222', ed));
    expect(found?.remedy).toContain(fingerprintOf(ed));
    expect(found?.remedy).toContain('/etc/known');
  });
  test('the line to add for an unknown key makes it known', () => {
    const added = trouble('')?.remedy.split('/etc/known: ')[1] ?? '';
    expect(trouble(added)).toBeNull();
  });
  test('a certificate authority is named as what cannot be checked', () => {
    expect(trouble(`@cert-authority ${line('*', ed2)}`)?.message).toContain('line 1 trusts a certificate authority');
  });
  test('a changed key: the lines that hold the old one', () => {
    const found = trouble(`${line('[hap-a]:2222', ed2)}\n${line('[hap-*]:2222', blob('ssh-ed25519', 7))}`);
    expect(found?.code).toBe('host-key-changed');
    expect(found?.message).toContain('lines 1, 2');
    expect(found?.remedy).toContain(fingerprintOf(ed));
  });
  test('a revoked key is never offered as a line to add', () => {
    const found = trouble(`@revoked ${line('*', ed)}`);
    expect(found?.code).toBe('host-key-revoked');
    expect(found?.remedy).not.toContain(ed.toString('base64'));
  });
});

const keygen = spawnSync('ssh-keygen', ['-?']).error === undefined;
if (!keygen) console.warn('skipped: ssh-keygen is missing (Debian: apt-get install openssh-client)');

describe.skipIf(!keygen)('as ssh-keygen sees it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'known-hosts-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'known_hosts');
  const write = (text: string) => writeFileSync(file, text);
  const real = () => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
    return Buffer.from(readFileSync(join(folder, 'key.pub'), 'utf8').split(' ')[1] ?? '', 'base64');
  };
  const key = keygen ? real() : ed;
  const found = (name: string) => spawnSync('ssh-keygen', ['-F', name, '-f', file]).status === 0;

  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/);
  const host = fc.oneof(
    fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.')),
    fc.ipV4(),
    fc.ipV6(),
  );
  const port = fc.oneof(fc.constant(22), fc.integer({ min: 1, max: 65_535 }));

  test('a name that ssh-keygen -H hashed is the same host, and no other port', () => {
    fc.assert(
      fc.property(host, port, (name, number) => {
        write(`${line(number === 22 ? name : `[${name}]:${number}`, key)}\n`);
        execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
        const text = readFileSync(file, 'utf8');
        expect(text.startsWith('|1|')).toBe(true);
        expect(judgeHostKey(text, { host: name, port: number }, key)).toEqual(known);
        expect(hostKeyTypes(text, { host: name, port: number })).toEqual(['ssh-ed25519']);
        const elsewhere = number === 4711 ? 4712 : 4711;
        if (number !== 22) expect(judgeHostKey(text, { host: name, port: elsewhere }, key)).toEqual(unknown);
      }),
      { numRuns: 15 },
    );
  });

  test('the same names are found in a list of patterns', () => {
    const pattern = fc.stringMatching(/^!?[ab*?.]{1,4}$/);
    const name = fc.stringMatching(/^[ab.]{1,4}$/);
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), name, (patterns, wanted) => {
        write(`${line(patterns.join(','), key)}\n`);
        const verdict = judgeHostKey(readFileSync(file, 'utf8'), { host: wanted, port: 22 }, key).verdict;
        expect(verdict === 'known').toBe(found(wanted));
      }),
      { numRuns: 60 },
    );
  });

  test('the fingerprint is the one that people will compare', () => {
    write(`${line('a', key)}\n`);
    const printed = execFileSync('ssh-keygen', ['-l', '-f', file], { encoding: 'utf8' });
    expect(printed).toContain(fingerprintOf(key));
  });
});
