// SSH settings, targets and limits for the tests of this room.

import type { Endpoint, ProxyTarget } from '../../src/domain/proxy.ts';
import type { Hop, SshSettings } from '../../src/domain/settings.ts';
import { TransportError } from '../../src/errors.ts';
import { haproxyDialect } from '../../src/runtime-api/dialect.ts';
import type { Compress } from '../../src/transport/compressed/compression.ts';
import { transportsOf } from '../../src/transport/open.ts';
import type { Transport } from '../../src/transport/transport.ts';

/** Nothing to log in with, nobody known: a test says what it needs. */
export function sshSettings(settings: Partial<SshSettings> = {}): SshSettings {
  return {
    client: { kind: 'builtin' },
    agentSocket: null,
    refusesAgent: false,
    privateKey: null,
    knownHosts: { path: '~/.ssh/known_hosts', text: '' },
    via: { kind: 'streamlocal' },
    lockFile: null,
    jumps: [],
    ...settings,
  };
}

/** Every proxy is behind these hosts. */
export const jumpsThrough = (...hops: readonly Hop[]) => [{ pattern: '*', hops }];

/** A transport of its own, as `transportsOf` opens them; silence has the limit of the whole. */
export function openTransport(target: ProxyTarget, ssh: SshSettings, compress: Compress = 'never'): Transport {
  return transportsOf({
    ssh,
    compress,
    dialect: haproxyDialect,
    patience: { timeoutMs: 20_000, firstByteMs: 20_000 },
  })(target);
}

export function targetOf(endpoint: Endpoint): ProxyTarget {
  return { name: 'hap-a', endpoint, region: null };
}

/** Longer than anything here takes; a test about time-outs sets its own. */
export const patience = () => ({ timeoutMs: 20_000, signal: new AbortController().signal });

/** For a dump that is worth compressing. */
export const forDump = () => ({ ...patience(), expectedBytes: 25_000_000 });

/** The whole answer, one character per byte. */
export async function answerTo(
  transport: Transport,
  request: string,
  limits: Parameters<Transport['ask']>[2] = patience(),
): Promise<string> {
  const chunks: Buffer[] = [];
  await transport.ask(
    request,
    (chunk) => {
      chunks.push(Buffer.from(chunk));
    },
    limits,
  );
  return Buffer.concat(chunks).toString('latin1');
}

/** The trouble that `work` ends in; anything else fails the test. */
export async function troubleOf(work: Promise<unknown>): Promise<TransportError> {
  const end = await work.then(
    () => 'no trouble at all',
    (error: unknown) => error,
  );
  if (end instanceof TransportError) return end;
  throw new Error(`expected a TransportError, got ${String(end)}`);
}
