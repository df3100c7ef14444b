// Configuration files of splitbrain for a mesh of the laboratory.

import type { Scratch } from '../scratch.ts';
import type { Mesh } from './mesh.ts';

export interface MeshConfig {
  /** Proxies by name where they are not the mesh's own unix sockets, or are reached otherwise. */
  readonly endpoints?: Readonly<Record<string, string>>;
  /** Peers of the mesh that are meant to be outside. */
  readonly ignorePeers?: readonly string[];
  /** Further lines of the file; `confirm:` among them replaces the short settle time. */
  readonly lines?: readonly string[];
}

/** The `-c FILE` for all proxies of the mesh, and whoever else `endpoints` names. */
export function configure({ file }: Scratch, mesh: Pick<Mesh, 'proxies'>, config: MeshConfig = {}): readonly string[] {
  const endpoints = {
    ...Object.fromEntries(mesh.proxies.map(({ name, socketPath }) => [name, `unix://${socketPath}`])),
    ...config.endpoints,
  };
  const lines = config.lines ?? [];
  const text = [
    'environment: laboratory',
    'proxies:',
    '  list:',
    ...Object.entries(endpoints).map(([name, endpoint]) => `    - { name: ${name}, endpoint: "${endpoint}" }`),
    ...(config.ignorePeers ? [`  ignorePeers: [${config.ignorePeers.join(', ')}]`] : []),
    ...(lines.some((line) => line.startsWith('confirm:')) ? [] : ['confirm: { reads: 2, settle: 300ms }']),
    ...lines,
    '',
  ].join('\n');
  return ['-c', file(`splitbrain-${counter++}.yaml`, text)];
}

let counter = 0;
