// A mesh whose proxies have an address each, and one stats port, as on hosts of their own: links
// between them are direct, and cannot be cut.

import { claimPorts } from '../../lab/free-ports.ts';
import { type Mesh, type MeshOptions, startMesh } from '../../lab/mesh/mesh.ts';

export interface AddressedMesh {
  readonly mesh: Mesh;
  /** `host:port` of a proxy's stats socket. */
  statsAt(proxy: number): string;
  stop(): Promise<void>;
}

/** Loopback is a /8: these addresses need no set-up on Linux. */
const addressOf = (proxy: number) => `127.0.5.${proxy + 1}`;

export async function startAddressedMesh(options: MeshOptions = {}): Promise<AddressedMesh> {
  const block = await claimPorts(2);
  const [stats, peers] = block.ports as [number, number];
  const mesh = await startMesh({
    ...options,
    configure: (proxy, text) =>
      text
        .replace(/^ {2}peer hap-(.) \S+$/gm, (_, letter: string) => {
          return `  peer hap-${letter} ${addressOf(letter.charCodeAt(0) - 97)}:${peers}`;
        })
        .replace(/^ {2}stats socket 127\.0\.0\.1:\d+ /m, `  stats socket ${addressOf(proxy)}:${stats} `),
  });
  return {
    mesh,
    statsAt: (proxy) => `${addressOf(proxy)}:${stats}`,
    async stop() {
      await mesh.stop();
      await block.release();
    },
  };
}
