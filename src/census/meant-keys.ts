// From what a person calls a conference to the keys that may be meant: the key itself, its name,
// or a URL, by Jitsi's rule (docs/jitsi-facts.md, "The key"). Pure.

import { type CensusSettings, JITSIS_KEY } from '../domain/census.ts';
import { decodeKey, encodeKey } from '../domain/key.ts';
import { type RoomRule, roomRule, spellKey } from './room-key.ts';

/** How a text was read. */
export type ReadAs = 'key' | 'name' | 'url';

/** A key that may be meant, spelled as a dump spells it. */
export interface MeantKey {
  readonly key: string;
  readonly readAs: ReadAs;
}

/** What a text cannot mean, in a sentence. */
type NoConference = { readonly problem: string };

/**
 * What requests for a room ask for, behind the tenant. Nothing of it is a room's name
 * (docs/jitsi-facts.md, "The key").
 */
const ENDPOINT =
  /\/(?:conference-request\/v1|_unlock|http-bind|xmpp-websocket|config\.js|interface_config\.js|room-size|room-password|room)$/;
/** Paths that are no rooms: the application's own files, health checks. */
const NO_ROOM =
  /^\/(?:libs|css|images|sounds|fonts|lang|static|about|_health|\.well-known|connection_optimization)(?:\/|$)/;
/** Where shards are asked directly: `/v1/_ws/SHARD/xmpp-websocket`. */
const DIRECT = /^\/v1\/_ws\/[^/]+(?=\/)/;
const EXPECTED =
  'no conference is in this URL: expected https://HOST/ROOM, https://HOST/TENANT/ROOM, or room=ROOM in the query';

/**
 * Each key once, the likeliest first; or why there is none. `census` may have another rule than
 * Jitsi's.
 */
export function keysMeantIn(
  text: string,
  census: Pick<CensusSettings, 'keyPattern'> | null,
): readonly MeantKey[] | NoConference {
  return keysMeantBy(text, roomRule('', census?.keyPattern ?? JITSIS_KEY));
}

/** As `keysMeantIn`, by a rule. */
export function keysMeantBy(
  given: string,
  { joinName }: Pick<RoomRule, 'joinName'>,
): readonly MeantKey[] | NoConference {
  if (given.trim() === '') return { problem: 'the name of the conference is empty' };
  const url = urlIn(given.trim());
  if (url === null) return distinct(keysNamed(given));
  const key = keyInUrl(url, joinName);
  if (key === null) return url.isCertain ? { problem: EXPECTED } : distinct(keysNamed(given));
  const byUrl: readonly MeantKey[] = [{ key, readAs: 'url' }];
  return distinct(url.isCertain ? [...byUrl, ...keysNamed(given)] : [...keysNamed(given), ...byUrl]);
}

interface PastedUrl {
  readonly path: string;
  readonly query: string;
  /** It cannot be a name, or is hardly one. */
  readonly isCertain: boolean;
}

/** `null`: the text is no URL, nor a part of one. */
function urlIn(text: string): PastedUrl | null {
  const [, place = '', query = ''] = /^([^?#]*)(?:\?([^#]*))?/.exec(text) ?? [];
  const [, path] = /^(?:https?|wss?):\/\/[^/]*(.*)$/i.exec(place) ?? [];
  if (path !== undefined) return { path, query, isCertain: true };
  const hasRoom = /(?:^|&)room=/.test(query);
  if (place.startsWith('/') || hasRoom) return { path: place.replace(/^(?!\/)/, '/'), query, isCertain: true };
  // Browsers hide the scheme: `meet.example/acme/daily`.
  const [, rest] = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?(\/.+)$/i.exec(place) ?? [];
  return rest === undefined ? null : { path: rest, query, isCertain: false };
}

/**
 * By Jitsi's rule: the room is the query's `room`, else the last segment of the path; the tenant is
 * the first segment of a path that has two. Nothing is decoded but `%25`, and ASCII is lower-cased.
 */
function keyInUrl({ path: whole, query }: PastedUrl, joinName: RoomRule['joinName']): string | null {
  const path = whole.replace(DIRECT, '');
  const [room] = query.split('&').flatMap((pair) => (/^room=./.test(pair) ? [pair.slice('room='.length)] : []));
  const isEndpoint = ENDPOINT.test(path);
  if (room === undefined && ((isEndpoint && !path.endsWith('/room')) || NO_ROOM.test(path))) return null;
  const page = room === undefined ? path : path.replace(ENDPOINT, '');
  const segments = page.split('/').filter((segment) => segment !== '');
  const [first, second] = segments;
  if (room !== undefined) {
    const hasTenant = isEndpoint ? first !== undefined : segments.length === 2;
    return spellKey(asSent(joinName(hasTenant ? first! : null, room)));
  }
  if (first === undefined || segments.length > 2) return null;
  return spellKey(asSent(second === undefined ? joinName(null, first) : joinName(first, second)));
}

/** Browsers show letters that they send percent-encoded. */
function asSent(joined: string): string {
  return joined.replace(/[^!-~]+|["<>`{}]/gu, (letters) => encodeURIComponent(letters));
}

/**
 * A pasted URL without what may be secret (`jwt=`, a user, what follows `#`): it is repeated in the
 * output. Other texts stay as they are.
 */
export function withoutSecrets(text: string): string {
  const url = urlIn(text.trim());
  if (url === null) return text;
  const [place = ''] = text.trim().split(/[?#]/);
  const [room] = url.query.split('&').filter((pair) => /^room=./.test(pair));
  return `${place.replace(/^([a-z]+:\/\/)[^/]*@/i, '$1')}${room === undefined ? '' : `?${room}`}`;
}

/** The text as a key that a report or dump shows, as a name, and as names are sent. */
function keysNamed(text: string): readonly MeantKey[] {
  const sent = text
    .normalize('NFKC')
    .toLowerCase()
    .split('/')
    .map((part) => encodeURIComponent(part).replaceAll(/%25([0-9A-F]{2})/gi, '%$1'))
    .join('/');
  return [
    ...(/^[ -~]*$/.test(text) ? [{ key: encodeKey(decodeKey(text)), readAs: 'key' as const }] : []),
    { key: encodeKey(Buffer.from(text, 'utf8')), readAs: 'name' },
    { key: spellKey(text), readAs: 'name' },
    { key: spellKey(sent), readAs: 'name' },
  ];
}

function distinct(keys: readonly MeantKey[]): readonly MeantKey[] {
  const byKey = new Map<string, MeantKey>();
  for (const meant of keys) if (meant.key !== '' && !byKey.has(meant.key)) byKey.set(meant.key, meant);
  return [...byKey.values()];
}
