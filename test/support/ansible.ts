// Whether this machine has Ansible, which scripts/install-debian-packages.sh installs.

import { spawnSync } from 'node:child_process';

/** Why it cannot be used, or `null`; said aloud once. */
export function ansibleLacking(): string | null {
  if (spawnSync('ansible-inventory', ['--version'], { timeout: 120_000 }).status === 0) return null;
  const reason = 'no ansible-inventory: run scripts/install-debian-packages.sh ansible-core';
  console.warn(`not tested: ${reason}`);
  return reason;
}
