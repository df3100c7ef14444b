// For tests on real meshes: every HAProxy that is here, and loud words on those that are not.

import { absentHaproxies, type HaproxyBinary, haproxyBinaries } from '../../lab/haproxy/haproxy-binary.ts';

/**
 * Every version for `describe.each`; complains of the absent ones, and throws where there is none
 * at all, since a file without tests proves nothing.
 */
export function everyHaproxy(): readonly HaproxyBinary[] {
  for (const { name, reason } of absentHaproxies()) console.warn(`not tested: ${name}: ${reason}`);
  const found = haproxyBinaries();
  if (found.length === 0) throw new Error('no HAProxy to test with: run scripts/install-debian-packages.sh haproxy');
  return found;
}

/**
 * The newest alone: for what the program does by itself, whatever version it reads from.
 * `.ci/run all` takes the oldest too.
 */
export function newestHaproxy(): readonly HaproxyBinary[] {
  return process.env.SPLITBRAIN_CI === 'all' ? oldestAndNewest() : everyHaproxy().slice(-1);
}

/** The oldest and the newest: for what takes long and hardly depends on the version. */
export function oldestAndNewest(): readonly HaproxyBinary[] {
  const found = everyHaproxy();
  return found.length < 2 ? found : [found[0]!, found.at(-1)!];
}
