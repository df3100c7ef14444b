// A mesh with an sshd in front of its third proxy, and a configuration that names all three: the
// demo and `npm run lab` use it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mesh, startMesh } from './mesh/mesh.ts';
import { type Sshd, startSshd } from './servers/sshd.ts';

export interface ConfiguredMesh {
  readonly mesh: Mesh;
  readonly configPath: string;
  readonly configText: string;
  /** Where a report may be written for the demo to read. */
  readonly jsonPath: string;
}

/**
 * Takes everything down; safe to call twice and while it still starts. Never rejects.
 */
export type Close = () => Promise<void>;

function configuration({ proxies }: Mesh, sshd: Sshd, folder: string): string {
  const [a, b, c] = proxies.map((proxy) => ({ ...proxy }));
  return `environment: demo
table: nodes
proxies:
  list:
    - { name: hap-a, endpoint: "unix://${a?.socketPath}" }
    - { name: hap-b, endpoint: "tcp://127.0.0.1:${b?.statsPort}" }
    - { name: hap-c, endpoint: "ssh://${sshd.user}@127.0.0.1:${sshd.port}${c?.socketPath}" }
  expect: 3
ssh:
  agent: false
  privateKey: ${sshd.clientKeyPath}
  knownHosts: ${join(folder, 'known_hosts')}
  via: streamlocal
confirm: { reads: 2, settle: 1s }
heal: { journal: ${join(folder, 'journal')}, maxRatio: 0.2 }
`;
}

/** Starts all of it; `ready` rejects where a process does not start. */
export function startConfiguredMesh(): { readonly ready: Promise<ConfiguredMesh>; readonly close: Close } {
  const folder = mkdtempSync(join(tmpdir(), 'splitbrain-demo-'));
  const parts = [startMesh(), startSshd()] as const;

  async function ready(): Promise<ConfiguredMesh> {
    const [mesh, sshd] = await Promise.all(parts);
    writeFileSync(join(folder, 'known_hosts'), `${sshd.hostKeyLine}\n`);
    const configText = configuration(mesh, sshd, folder);
    const configPath = join(folder, 'splitbrain.yaml');
    writeFileSync(configPath, configText);
    return { mesh, configPath, configText, jsonPath: join(folder, 'report.json') };
  }

  async function close(): Promise<void> {
    const settled = await Promise.allSettled(parts);
    await Promise.allSettled(settled.map((part) => (part.status === 'fulfilled' ? part.value.stop() : undefined)));
    rmSync(folder, { recursive: true, force: true });
  }

  return { ready: ready(), close };
}
