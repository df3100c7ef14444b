// The census from Consul's KV, where each signal-sidecar writes its report every minute: one
// question a datacenter, and no shard is asked.

import pLimit from 'p-limit';
import type {
  CensusGap,
  CensusReading,
  CensusSettings,
  CensusShard,
  CensusSource,
  CensusTrouble,
} from '../domain/census.ts';
import { reportedName } from '../domain/shard-name.ts';
import { quote } from '../input/complaint.ts';
import { answerTrouble } from './answer.ts';
import type { CensusContext } from './census-context.ts';
import { CensusList, list } from './census-list.ts';
import { askConsul, type ConsulAsk, listDatacenters, parseDatacenters, type RowReader } from './consul-question.ts';
import { freshnessOf } from './freshness.ts';
import { type AnswerKeeper, askKeeping, standInNote } from './kept-answers.ts';
import { type KvRow, KvRows } from './kv-rows.ts';
import { readRooms } from './room-list.ts';

type ConsulSource = Extract<CensusSource, { kind: 'consul' }>;

const LIST = 'census';

export async function readConsulCensus(
  source: ConsulSource,
  settings: CensusSettings,
  context: CensusContext,
): Promise<CensusReading> {
  const ask = { source, settings, dial: context.dialTo(null), signal: context.signal };
  const known = addressesOf(context.shards);
  const census = new CensusList(settings.domain, context.sink);
  const gaps: CensusGap[] = [];
  const odd = new Set<string>();
  const strangers = new Set<string>();
  const standIns: string[] = [];
  const datacenters = await datacentersOf(ask, context, standIns);
  if ('code' in datacenters)
    return {
      shards: unreported(context.shards, census, [datacenters]),
      gaps: [{ name: source.url, trouble: datacenters }],
      notes: [],
    };
  const limit = pLimit(settings.concurrency);
  let found = 0;
  const readRow = ({ key, value }: KvRow, isStandIn = false) => {
    const name = key.slice(source.prefix.length);
    // A folder that a person made in Consul's own pages has a key of its own.
    if (key.endsWith('/')) return;
    found++;
    if (!key.startsWith(source.prefix) || !/^[\w.-]{1,200}$/.test(name)) {
      odd.add(quote(key));
      return;
    }
    const { tally, finish } = census.begin(name, known.addressOf(name), isStandIn);
    if (!Buffer.isBuffer(value)) return finish({ reportedAt: null, trouble: noValue(name, value) });
    const end = readRooms(value, LIST, tally);
    if ('wrong' in end) {
      return finish({
        reportedAt: null,
        trouble: answerTrouble(end, { name, list: LIST, domain: settings.domain }, tally),
      });
    }
    const report = { shard: name, time: end.around.time, bytes: value.length };
    const { reportedAt, trouble: age } = freshnessOf(report, context.now(), settings.maxAgeMs);
    const trouble = age?.code === 'old' && known.isStranger(name) ? gone(name, age) : age;
    if (known.isStranger(name) && trouble === null && tally.rooms > 0) strangers.add(name);
    finish({
      reportedAt,
      trouble: trouble ?? answerTrouble(end, { name, list: LIST, domain: settings.domain }, tally),
    });
  };
  await Promise.all(
    datacenters.map((datacenter) =>
      limit(async () => {
        const question = `${source.url} ${source.prefix} ${datacenter}`;
        const keeper = context.kept.keep(question);
        const trouble = await askKeeping(keeper, () =>
          askConsul(ask, datacenter, keeping(new KvRows(readRow), keeper)),
        );
        if (trouble === null) return;
        const rows = new KvRows((row) => readRow(row, true));
        const kept = context.kept.find(question);
        kept?.replay((chunk) => rows.write(chunk));
        if (kept === null || rows.end() !== null) gaps.push({ name: datacenter, trouble });
        else standIns.push(standInNote(trouble, context.now() - kept.atMs));
      }),
    ),
  );
  if (found === 0 && gaps.length === 0) gaps.push({ name: source.prefix, trouble: nothingThere(source, datacenters) });
  unreported(
    context.shards,
    census,
    gaps.map(({ trouble }) => trouble),
  );
  const notes = [
    ...new Set(standIns),
    ...census.notes(),
    ...(odd.size === 0 ? [] : [`Consul's keys ${list([...odd])} are not named like shards and are left out.`]),
    ...(strangers.size === 0
      ? []
      : [`${list([...strangers])}: no known shard has such a name, so that the address of its rooms is not known.`]),
    ...(known.doubtful.length === 0
      ? []
      : [`${list(known.doubtful)}: the name belongs to several addresses, so that its rooms have none.`]),
  ];
  return { shards: census.shards(), gaps: gaps.sort((a, b) => (a.name < b.name ? -1 : 1)), notes };
}

/** Those of the settings, or all; the kept list stands in where Consul does not give them. */
async function datacentersOf(
  ask: ConsulAsk,
  { kept, now }: CensusContext,
  standIns: string[],
): Promise<readonly string[] | CensusTrouble> {
  const { source } = ask;
  if (source.datacenters !== 'all') return source.datacenters;
  const question = `${source.url} datacenters`;
  const names = await listDatacenters(ask);
  if (!('code' in names)) {
    const keeper = kept.keep(question);
    keeper.write(Buffer.from(JSON.stringify(names)));
    keeper.end(true);
    return names;
  }
  let text = '';
  const answer = kept.find(question);
  answer?.replay((chunk) => {
    text += chunk.toString();
    return true;
  });
  const keptNames = parseDatacenters(text);
  if (answer === null || keptNames === null) return names;
  standIns.push(standInNote(names, now() - answer.atMs));
  return keptNames;
}

/** Keeps what the rows are read from. */
function keeping(rows: KvRows, keeper: AnswerKeeper): RowReader {
  return {
    write(chunk) {
      keeper.write(chunk);
      return rows.write(chunk);
    },
    end: () => rows.end(),
  };
}

/** Names that belong to two addresses have none. */
function addressesOf(shards: readonly CensusShard[]) {
  const addresses = new Map<string, Set<string>>();
  for (const { name, address } of shards) {
    if (name !== null) addresses.set(name, (addresses.get(name) ?? new Set()).add(address));
  }
  const doubtful = [...addresses].filter(([, { size }]) => size > 1).map(([name]) => name);
  for (const [name, its] of [...addresses]) {
    const bare = reportedName(name);
    if (bare !== null && !addresses.has(bare)) addresses.set(bare, its);
  }
  const addressOf = (name: string): string | null => {
    const [address = null, ...others] = addresses.get(name) ?? [];
    return others.length === 0 ? address : null;
  };
  /** Where no name is known at all, nobody is a stranger. */
  const isStranger = (name: string) => addresses.size > 0 && !addresses.has(name);
  return { addressOf, isStranger, doubtful };
}

/** Shards that somebody knows and no report names. */
function unreported(
  shards: readonly CensusShard[],
  census: CensusList,
  gaps: readonly CensusTrouble[],
): CensusReading['shards'] {
  for (const shard of shards) {
    const name = shard.name ?? shard.address;
    const bare = shard.name === null ? null : reportedName(shard.name);
    if (census.has(name) || (bare !== null && census.has(bare, shard.address))) continue;
    const trouble: CensusTrouble = {
      code: 'no-report',
      message: `Consul has no report of ${name}${gaps.length > 0 ? ', but did not answer in full' : ''}.`,
      remedy:
        gaps[0]?.remedy ??
        'Look whether its signal-sidecar runs and writes reports to Consul; a name that proxies spell otherwise finds no report either.',
    };
    census.begin(name, shard.address).finish({ reportedAt: null, trouble });
  }
  return census.shards();
}

/**
 * A removed shard leaves its key behind: it would make every census doubtful. A shard that is only
 * spelled otherwise is not lost by this: it is known, and has no report.
 */
function gone(name: string, age: CensusTrouble): CensusTrouble {
  return {
    code: 'gone',
    message: `${age.message} No known shard is called ${name}.`,
    remedy: 'Delete the key of a shard that was removed.',
  };
}

function noValue(name: string, value: null | undefined): CensusTrouble {
  return value === null
    ? {
        code: 'wrong-shape',
        message: `The report of ${name} in Consul is empty.`,
        remedy: 'Look whether its signal-sidecar runs, or delete the key.',
      }
    : {
        code: 'not-json',
        message: `The report of ${name} does not come from Consul in base64.`,
        remedy: 'Check that census.consul.url leads to Consul itself.',
      };
}

function nothingThere({ prefix, token }: ConsulSource, datacenters: readonly string[]): CensusTrouble {
  const acl =
    token === null ? 'set census.consul.token where ACLs hide keys' : 'look whether the token may read keys there';
  return {
    code: 'no-report',
    message: `Consul has no report below ${prefix} in ${datacenters.length} datacenters.`,
    remedy: `Check environment and census.consul.prefix, that the shards' sidecars write reports, and ${acl}.`,
  };
}
