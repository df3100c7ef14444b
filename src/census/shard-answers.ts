// The census from the shards themselves: each signal-sidecar, or each prosody, is asked.

import pLimit from 'p-limit';
import type { CensusReading, CensusSettings, CensusShard, CensusSource, CensusTrouble } from '../domain/census.ts';
import { isProblem } from '../input/complaint.ts';
import { parseUrlPattern, type UrlWord } from '../input/url-pattern.ts';
import { answerTrouble, type Place } from './answer.ts';
import type { CensusContext } from './census-context.ts';
import { CensusList } from './census-list.ts';
import { getHttp, type HttpAnswer } from './http-get.ts';
import { askKeeping, type KeptAnswers, standInNote } from './kept-answers.ts';
import { RoomList } from './room-list.ts';

type ShardSource = Exclude<CensusSource, { kind: 'consul' }>;

const LIST = 'room_census';

export async function readShardsCensus(
  source: ShardSource,
  settings: CensusSettings,
  context: CensusContext,
): Promise<CensusReading> {
  const census = new CensusList(settings.domain, context.sink);
  const limit = pLimit(settings.concurrency);
  const asked = distinct(context.shards).map((shard) => ({ shard, url: urlOf(source, shard) }));
  const standIns: string[] = [];
  const users = new Map<string, number>();
  for (const { url } of asked) if (typeof url === 'string') users.set(url, (users.get(url) ?? 0) + 1);
  await Promise.all(
    asked.map(({ shard, url }) => {
      const name = shard.name ?? shard.address;
      const { tally, finish } = census.begin(name, shard.address);
      const end = (trouble: CensusTrouble | null) => finish({ trouble, reportedAt: null });
      if (typeof url !== 'string') return end(url);
      if (users.get(url)! > 1) return end(shared(url, source));
      return limit(async () => {
        const place = { name: url, list: LIST, domain: settings.domain } as const;
        const rooms = new RoomList(LIST, tally);
        const headers = source.kind === 'prosody' ? { Host: settings.domain } : {};
        const keeper = context.kept.keep(url);
        const trouble = await askKeeping(keeper, async () => {
          const answer = await getHttp(
            {
              url,
              headers,
              remedy: `Check census.${source.kind}.url, and that firewalls let the census through (census.via goes through a login).`,
              limits: settings,
              dial: context.dialTo(shard.region),
              signal: context.signal,
            },
            (chunk) => {
              keeper.write(chunk);
              return rooms.write(chunk);
            },
          );
          return (
            statusTrouble(answer, { url, kind: source.kind, domain: settings.domain }) ??
            answerTrouble(rooms.end(), place, tally)
          );
        });
        end(trouble);
        if (trouble === null) return;
        const keptAtMs = replayRooms(census, context.kept, { name, address: shard.address, place });
        if (keptAtMs !== null) standIns.push(standInNote(trouble, context.now() - keptAtMs));
      });
    }),
  );
  const gaps = asked.length > 0 ? [] : [{ name: `census.${source.kind}`, trouble: NOBODY }];
  return { shards: census.shards(), gaps, notes: [...standIns, ...census.notes()] };
}

interface Missed {
  readonly name: string;
  readonly address: string | null;
  readonly place: Place;
}

/** Lets the last good answer of a shard stand in. When it came; `null` where there is none. */
function replayRooms(census: CensusList, kept: KeptAnswers, { name, address, place }: Missed): number | null {
  const answer = kept.find(place.name);
  if (answer === null) return null;
  const { tally, finish } = census.begin(name, address, true);
  const rooms = new RoomList(LIST, tally);
  answer.replay((chunk) => rooms.write(chunk));
  const trouble = answerTrouble(rooms.end(), place, tally);
  finish({ trouble, reportedAt: trouble === null ? new Date(answer.atMs) : null });
  return trouble === null ? answer.atMs : null;
}

const NOBODY: CensusTrouble = {
  code: 'no-address',
  message: 'No shard is known that could be asked for its rooms.',
  remedy: 'Look at the servers of the proxies, set discovery, or use census.consul.',
};

/** One shard may be known by several servers. */
function distinct(shards: readonly CensusShard[]): readonly CensusShard[] {
  return [...new Map(shards.map((shard) => [`${shard.name} ${shard.address}`, shard])).values()];
}

function urlOf(source: ShardSource, { name, address, meta }: CensusShard): string | CensusTrouble {
  const pattern = parseUrlPattern(source.url);
  if (isProblem(pattern)) throw new Error(`census.${source.kind}.url was not read: ${pattern.problem}`);
  const [, bracketed, bare, port = ''] = /^(?:\[(.*)\]|(.*)):(\d+)$/.exec(address) ?? [];
  const missing: UrlWord[] = [];
  const url = pattern.fill((word) => {
    const value =
      { host: bracketed ?? bare ?? '', port, name: name ?? '' }[word as 'host'] ??
      meta[word.slice('meta.'.length)] ??
      '';
    if (value === '') missing.push(word);
    return value;
  });
  if (!isProblem(url) && missing.length === 0) return url;
  const why = missing.length > 0 ? `it has no ${missing.join(', ')}` : `${(url as { problem: string }).problem}`;
  return {
    code: 'no-address',
    message: `${name ?? address} cannot be asked by census.${source.kind}.url: ${why}.`,
    remedy: 'Write a URL whose words every shard has, or register the shard with that meta.',
  };
}

/** Shards of one machine would each be given the rooms of one of them. */
function shared(url: string, { kind }: ShardSource): CensusTrouble {
  return {
    code: 'no-address',
    message: `${url} is the URL of several shards, so that nobody knows whose rooms it lists.`,
    remedy: `Write a URL into census.${kind}.url that differs for shards of one address, with {port} or {meta.KEY}.`,
  };
}

interface Asked {
  readonly url: string;
  readonly kind: ShardSource['kind'];
  readonly domain: string;
}

/** `null` where the body is to be read. */
function statusTrouble(answer: HttpAnswer | CensusTrouble, { url, kind, domain }: Asked): CensusTrouble | null {
  if ('code' in answer) return answer;
  const { status } = answer;
  if (status === 200) return null;
  if (kind === 'sidecar' && status === 404) {
    return {
      code: 'polling-off',
      message: `${url} does not know its rooms: the signal-sidecar there does not poll prosody's census (404).`,
      remedy: 'Turn census polling on in the signal-sidecar, or check the path in census.sidecar.url.',
    };
  }
  if (kind === 'prosody' && (status === 404 || status === 400)) {
    return {
      code: 'unknown-domain',
      message:
        status === 400
          ? `${url} has no conferences for the host ${domain} (400).`
          : `${url} does not know the host ${domain}, or has no mod_muc_census (404).`,
      remedy: 'Set census.domain to a VirtualHost of that prosody, and look whether mod_muc_census is loaded there.',
    };
  }
  return {
    code: status === 401 || status === 403 ? 'denied' : 'status',
    message: `${url} answered ${status}.`,
    remedy: `Look at it with curl, and check census.${kind}.url.`,
  };
}
