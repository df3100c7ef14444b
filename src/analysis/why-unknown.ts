// Why no proxy may have an entry of a conference that somebody asks for.

import type { ExplainedCensus } from '../domain/explanation.ts';

/** What is known beside the tables. */
export interface UnknownFacts {
  readonly conference: string;
  readonly byteLength: number;
  /** The table's `len`; `null` where it is not known. */
  readonly keyLength: number | null;
  /** What people call the shards. */
  readonly shardNames: readonly string[];
  /** The longest life that an entry has left; 0 where none was seen. */
  readonly maxExpiresInMs: number;
  readonly unreadProxies: readonly string[];
  readonly census: ExplainedCensus | null;
}

/** Sentences without a full stop, the likeliest first. */
export function whyUnknown(facts: UnknownFacts): readonly string[] {
  return [...unread(facts), ...people(facts), ...forcedShard(facts), ...length(facts), ...never(facts)];
}

function unread({ unreadProxies }: UnknownFacts): readonly string[] {
  return unreadProxies.length === 0 ? [] : [`${unreadProxies.join(', ')} could not be read and may have it`];
}

function people({ census }: UnknownFacts): readonly string[] {
  const total = census?.people.reduce((sum, { participants }) => sum + participants, 0) ?? 0;
  return total === 0
    ? []
    : ['people are in it, and no request of theirs has met a proxy within the expiry: the next one is placed anew'];
}

/** Jitsi sends `room_SHARD` and `/SHARD/room` to the shard's own backend, past the table. */
function forcedShard({ conference, shardNames }: UnknownFacts): readonly string[] {
  const spoken = conference.toLowerCase();
  const forced = shardNames.filter((name) => {
    const shard = name.toLowerCase();
    return spoken.endsWith(`_${shard}`) || spoken.startsWith(`${shard}/`);
  });
  return forced.map((shard) => `its name asks for shard ${shard}: such requests go there directly, past the table`);
}

function length({ byteLength, keyLength }: UnknownFacts): readonly string[] {
  return keyLength === null || byteLength <= keyLength
    ? []
    : [`it has ${byteLength} bytes, and the table cuts names at ${keyLength}: no entry has the name cut so far`];
}

function never({ maxExpiresInMs }: UnknownFacts): readonly string[] {
  const seconds = Math.ceil(maxExpiresInMs / 1000);
  const lives = seconds === 0 ? '' : ` (entries live for ${seconds} s or more after it)`;
  return [`it has ended: its last request is too long ago${lives}`, 'nobody has joined it yet, or it has another name'];
}
