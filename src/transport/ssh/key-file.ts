// Why the built-in client (ssh2 1.17) cannot read a private key file. Pure.

import type { Trouble } from '../../domain/proxy.ts';
import type { SshSettings } from '../../domain/settings.ts';

type PrivateKey = NonNullable<SshSettings['privateKey']>;

/** Kinds of keys that the built-in client does not know and the system's `ssh` does. */
const BEYOND: readonly [kind: string, shows: RegExp][] = [
  ['a PKCS#8 key', /-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/],
  ['a key of a hardware token (sk)', /sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com/],
  ['encrypted with a cipher that only OpenSSH knows (chacha20-poly1305)', /chacha20-poly1305@openssh\.com/],
];

/** Why this key cannot be used; `complaint` is ssh2's message. */
export function keyFileTrouble({ path, contents, passphrase }: PrivateKey, complaint: string): Trouble {
  const trouble = (message: string, remedy: string): Trouble => ({ code: 'authentication', message, remedy });
  const text = contents.trim();
  const inside = `${text}\n${decoded(text)}`;
  if (text === '') return trouble(`${path} is empty.`, 'Name a file that holds a private key in ssh.privateKey.');
  const beyond = BEYOND.find(([, shows]) => shows.test(inside));
  if (beyond) {
    return trouble(
      `${path} is ${beyond[0]}, which the built-in SSH client cannot read.`,
      'Set ssh.client: openssh, which knows it, or add the key to an agent (`ssh-add`) and leave ssh.privateKey out.',
    );
  }
  if (/^(?:ssh|ecdsa|sk)-\S+-cert-v01@openssh\.com /.test(text)) {
    return trouble(
      `${path} is a certificate, not a private key.`,
      'Name the private key beside it, and set ssh.client: openssh, which sends certificates.',
    );
  }
  if (/^(?:ssh-|ecdsa-|sk-)\S+ AAAA/.test(text)) {
    return trouble(`${path} is a public key.`, `Name the private key: most likely ${path.replace(/\.pub$/, '')}.`);
  }
  const check = `Check with \`ssh-keygen -y -f ${path}\``;
  if (/passphrase|encrypted|bad decrypt/i.test(complaint)) {
    return passphrase === null
      ? trouble(`${path} is encrypted.`, 'Set ssh.passphrase, or add the key to an agent (`ssh-add`).')
      : trouble(`The passphrase of ${path} is wrong.`, `${check}, and correct ssh.passphrase.`);
  }
  return trouble(
    `${path} is not a private key that the built-in SSH client can read (${complaint}).`,
    `${check}: if it can read the file, set ssh.client: openssh or add the key to an agent (\`ssh-add\`).`,
  );
}

/** The text inside an armoured key: OpenSSH writes names of ciphers and types there in plain. */
function decoded(text: string): string {
  const body = text.replace(/-----[^-]*-----/g, '').replace(/\s+/g, '');
  return Buffer.from(body, 'base64').toString('latin1');
}
