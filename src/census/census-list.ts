// The shards of a census while it is read: each has its place from its first room on. Pure.

import type { CensusReading, CensusStatus, CensusTrouble, RoomSink, ShardCensus } from '../domain/census.ts';
import { Tally } from './tally.ts';

/** How the reading of one shard ended; `status` follows from the trouble. */
export interface ShardEnd {
  readonly trouble: CensusTrouble | null;
  readonly reportedAt: Date | null;
}

/** Where the rooms of one shard go. */
interface ShardPlace {
  readonly tally: Tally;
  readonly finish: (end: ShardEnd) => void;
}

interface Draft {
  /** The same for reports of one shard. */
  readonly key: string;
  readonly name: string;
  readonly address: string | null;
  readonly tally: Tally;
  /** Of a kept answer, beside what came of the present one. */
  readonly isStandIn: boolean;
  end: ShardEnd;
}

const NOT_ENDED: ShardEnd = {
  reportedAt: null,
  trouble: { code: 'interrupted', message: 'The census was ended before it was complete.', remedy: 'Run again.' },
};

export class CensusList {
  readonly #drafts: Draft[] = [];
  readonly #domain: string;
  readonly #sink: RoomSink;

  constructor(domain: string, sink: RoomSink) {
    this.#domain = domain;
    this.#sink = sink;
  }

  /**
   * Gives the shard its place. Rooms go through `tally`; `finish` is called once at the end.
   * `isStandIn`: the last good answer of a shard that has a place, which counts where it is newer.
   */
  begin(name: string, address: string | null, isStandIn = false): ShardPlace {
    const tally = new Tally(this.#drafts.length, this.#domain, this.#sink);
    const key = `${name} ${address}`;
    const draft: Draft = { key, name, address, tally, isStandIn, end: NOT_ENDED };
    this.#drafts.push(draft);
    return {
      tally,
      finish: (end) => {
        draft.end = end;
      },
    };
  }

  /** Whether a shard of that name has a place, at that address where one is given. */
  has(name: string, address: string | null = null): boolean {
    return this.#drafts.some((draft) => draft.name === name && (address === null || draft.address === address));
  }

  /** Of several reports of one shard the newest counts. */
  shards(): CensusReading['shards'] {
    const newest = new Map<string, Draft>();
    for (const draft of this.#drafts) {
      const known = newest.get(draft.key);
      if (known === undefined || timeOf(draft) > timeOf(known)) newest.set(draft.key, draft);
    }
    return this.#drafts.map((draft) => spell(draft, newest.get(draft.key) === draft));
  }

  /** Sentences of what was left out, one for each kind. */
  notes(): readonly string[] {
    const foreign = this.#drafts.filter(({ tally, end }) => tally.foreign > 0 && end.trouble === null);
    const rooms = foreign.reduce((sum, { tally }) => sum + tally.foreign, 0);
    const first = this.#drafts.filter(({ isStandIn }) => !isStandIn);
    const twice = new Set(
      first.flatMap(({ name, key }, at) => (first.findIndex((one) => one.key === key) < at ? [name] : [])),
    );
    const gone = this.#drafts.filter(({ end }) => end.trouble?.code === 'gone').map(({ name }) => name);
    return [
      ...(gone.length === 0
        ? []
        : [
            `Old reports of ${list(gone)} are left out: no known shard has such a name. Delete the keys of removed shards.`,
          ]),
      ...(rooms === 0
        ? []
        : [
            `Rooms of ${list(foreign.map(({ name }) => name))} are not of conference.${this.#domain} and are not counted (${rooms}): check census.domain.`,
          ]),
      ...(twice.size === 0 ? [] : [`Several reports name ${list([...twice])}: the newest of each counts.`]),
    ];
  }
}

function timeOf({ end: { reportedAt } }: Draft): number {
  return reportedAt?.getTime() ?? Number.NEGATIVE_INFINITY;
}

function spell({ name, address, tally, end }: Draft, isNewest: boolean): ShardCensus {
  const { rooms, participants, leaked, foreign } = tally;
  const trouble = isNewest ? end.trouble : superseded(name);
  return {
    name,
    address,
    status: statusOf(trouble),
    trouble,
    reportedAt: end.reportedAt,
    rooms,
    participants,
    leaked,
    foreign,
  };
}

function statusOf(trouble: CensusTrouble | null): CensusStatus {
  switch (trouble?.code) {
    case undefined:
      return 'ok';
    case 'newer-report':
      return 'duplicate';
    case 'gone':
      return 'gone';
    case 'old':
    case 'ahead':
    case 'no-time':
      return 'stale';
    default:
      return 'unanswered';
  }
}

function superseded(name: string): CensusTrouble {
  return {
    code: 'newer-report',
    message: `Another report of ${name} is newer and counts instead.`,
    remedy: 'Delete the key that nobody writes any more, or give the shards different names.',
  };
}

/** Three names and how many more. */
export function list(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
