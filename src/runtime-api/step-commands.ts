// The commands of a step, as a person is shown them.

import type { Step } from '../domain/plan.ts';
import { clearKey, setServerId } from './write-commands.ts';

/** The commands of a step as HAProxy gets them, for people. */
export function spellStep(table: string, key: string, { kind, expect, serverId }: Step): readonly string[] {
  const clear = clearKey(table, key);
  const set = () => setServerId(table, key, serverId);
  switch (kind) {
    case 'touch':
      return [set()];
    case 'replace':
      return expect === null ? [set()] : [clear, set()];
    case 'remove':
      return [clear];
    case 'request':
      return [`one HTTP request through the proxy, to the server with id ${serverId}`];
  }
}
