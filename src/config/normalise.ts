// Makes Settings from what the schema read: units in the names, `null` for absent values. Files and
// flags both come this way.

import type { HealSettings } from '../domain/plan.ts';
import type { ProxySource, Settings, SshSettings } from '../domain/settings.ts';
import { readCensusSection } from './census-section.ts';
import { readCloudWatch } from './cloudwatch-section.ts';
import { readNotify } from './notify-section.ts';
import type { Configuration } from './schema.ts';

/** The sections that name files, programs or proxies, already read. */
export interface ReadSections {
  readonly source: ProxySource;
  readonly ssh: SshSettings;
  readonly heal: HealSettings;
  readonly discovery: Settings['discovery'];
  readonly history: Settings['history'];
}

/** The settings; every default in them is the schema's. */
export function normalise(read: Configuration, { source, ssh, heal, discovery, history }: ReadSections): Settings {
  const { environment, table, backends, keyLength, proxies, collect, confirm } = read;
  return {
    environment,
    table,
    backends: backends ?? null,
    keyLength: keyLength ?? null,
    proxies: { source, expected: proxies.expect ?? null, ignorePeers: proxies.ignorePeers },
    ssh,
    collect: {
      concurrency: collect.concurrency,
      perRegion: collect.perRegion,
      timeoutMs: collect.timeout,
      firstByteMs: collect.firstByte,
      compress: collect.compress,
    },
    confirm: { reads: confirm.reads, settleMs: confirm.settle },
    heal,
    census: readCensusSection(read.census, environment),
    discovery,
    history,
    notify: readNotify(read.notify),
    ...readCloudWatch(read.metrics, read.alarms, environment),
  };
}
