// What an answer about rooms means once its text was read: a list, none, or prosody's silence.
// Pure.

import type { CensusTrouble } from '../domain/census.ts';
import type { RoomListEnd } from './room-list.ts';
import type { Tally } from './tally.ts';

export interface Place {
  /** The shard, or the URL that was asked. */
  readonly name: string;
  /** What the list is called in the answer. */
  readonly list: 'census' | 'room_census';
  readonly domain: string;
}

/** `null`: all rooms of the shard are known. */
export function answerTrouble(end: RoomListEnd, place: Place, tally: Tally): CensusTrouble | null {
  const { name, list, domain } = place;
  if ('wrong' in end) {
    return {
      code: end.code,
      message: `The answer of ${name} ${end.wrong}.`,
      remedy: `Look at it with curl: it must be JSON with \`${list}\`, a list of rooms.`,
    };
  }
  const rooms = end.around[list];
  if (rooms === null) {
    return {
      code: 'prosody-silent',
      message: `Prosody did not answer the signal-sidecar of ${name} (\`${list}\` is null), so that its rooms are unknown.`,
      remedy: 'Look whether prosody runs on that shard and has mod_muc_census.',
    };
  }
  if (rooms === undefined) {
    return {
      code: 'polling-off',
      message: `The answer of ${name} has no \`${list}\`, so that its rooms are unknown.`,
      remedy: "Turn the census on in that shard's signal-sidecar (census polling and reports).",
    };
  }
  if (!Array.isArray(rooms) && !isEmptyObject(rooms)) {
    return {
      code: 'wrong-shape',
      message: `The answer of ${name} has a \`${list}\` that is not a list of rooms.`,
      remedy: 'Look at the version of mod_muc_census there.',
    };
  }
  if (tally.foreign > 0 && tally.rooms + tally.leaked === 0) {
    return {
      code: 'wrong-domain',
      message: `No room of ${name} is one of conference.${domain}: its ${tally.foreign} rooms are of another domain.`,
      remedy: 'Set census.domain to what stands behind `@conference.` in the addresses of rooms.',
    };
  }
  return null;
}

/** Lua cannot tell an empty list from an empty object: older modules send `{}` for no rooms. */
function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
