// Waits for links that not only are up but stay so, and for news to have travelled over them.

import { until } from '../until.ts';
import type { Mesh } from './mesh.ts';

/**
 * Each of the proxies (default: all) has heard the others since now, shown by a conference from
 * each: all that was said before has arrived as well.
 */
export async function untilNewsArrived(
  { proxies, request, untilEntry }: Pick<Mesh, 'proxies' | 'request' | 'untilEntry'>,
  name: string,
  among: readonly number[] = [...proxies.keys()],
): Promise<void> {
  for (const from of among) {
    await request(from, `${name}/${from}`);
    for (const to of among) await untilEntry(to, `${name}/${from}`, (entry) => entry !== undefined);
  }
}

/**
 * Every link is up, and has been for a second or more. Where two proxies called each other at once,
 * a connection that both ends call established, and that carries news, is given up after some 400
 * ms, and comes back seconds later (seen on 2.6 and 3.4).
 */
export async function untilSteady({ proxies, command }: Pick<Mesh, 'proxies' | 'command'>): Promise<void> {
  await until('every link has been up for a second', async () => {
    const told = await Promise.all([...proxies.keys()].map((proxy) => command(proxy, 'show peers')));
    const lines = told.flatMap((text) => text.split('\n')).filter((line) => line.includes('(remote,'));
    return lines.every((line) => /\(remote,active\).* last_status=ESTA last_hdshk=(?!0s)\w/.test(line)) || null;
  });
}
