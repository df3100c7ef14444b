// The few distinct (server_id, server_key) pairs that one proxy's entries carry, numbered so that a
// cell of the grid is a small number.

import type { Label } from '../../domain/entry.ts';
import { ProtocolError } from '../../errors.ts';
import { tooLargeTrouble } from '../../runtime-api/answer-trouble.ts';
import type { EntryInPlace } from '../../runtime-api/entry-sink.ts';

const MINUS = 0x2d;
/** Ids that people set and that HAProxy counts are small. Larger ones are looked up by name. */
const MAX_INDEXED_ID = 65_536;
const NO_KEY = new Uint8Array(0);
/**
 * Readings that are kept of a key: enough to show that its entries differ. A hostile proxy may
 * repeat a key without end.
 */
const MOST_READINGS = 8;
/**
 * A mesh has hundreds of servers, each under one id in each backend. A proxy with more labels is
 * hostile or broken, and each label costs memory. Two bytes hold their numbers.
 */
const [MOST_LABELS, MOST_LABEL_BYTES] = [65_535, 16_000_000];

/** The server that an entry names. */
type NamedServer = Pick<EntryInPlace, 'serverId' | 'bytes' | 'serverKeyStart' | 'serverKeyEnd'>;

export interface LabelTable {
  readonly labels: readonly Label[];
  /** The label's number, from 1 on. */
  numberOf(server: NamedServer): number;
  numberOfLabel(label: Label): number;
  /** The label of an entry that was shown as both; the order in which they came does not matter. */
  numberOfBoth(one: number, other: number): number;
}

export function createLabelTable(): LabelTable {
  const labels: Label[] = [];
  const keys: Uint8Array[] = [];
  // A server id nearly always comes with the same key: the label last seen with that id is tried
  // before all others.
  const lastByServerId: number[] = [];
  const numbers = new Map<string, number>();
  let bytesOfNames = 0;

  /** Throws a `ProtocolError` where there are too many. */
  function addLabel(name: string, label: Label, key: Uint8Array): number {
    bytesOfNames += name.length;
    if (labels.length >= MOST_LABELS)
      throw tooMany(`${MOST_LABELS.toLocaleString('en')} pairs of server id and server key`);
    if (bytesOfNames > MOST_LABEL_BYTES) throw tooMany(`${MOST_LABEL_BYTES / 1_000_000} MB of different server keys`);
    labels.push(label);
    keys.push(key);
    numbers.set(name, labels.length);
    return labels.length;
  }

  function hasKey(number: number, { bytes, serverKeyStart, serverKeyEnd }: NamedServer): boolean {
    const key = keys[number - 1]!;
    if (key.length !== serverKeyEnd - serverKeyStart) return false;
    for (let i = 0; i < key.length; i++) if (key[i] !== bytes[serverKeyStart + i]) return false;
    return true;
  }

  function numberOf(server: NamedServer): number {
    const { serverId, bytes, serverKeyStart: start, serverKeyEnd: end } = server;
    const last = serverId >= 0 && serverId < MAX_INDEXED_ID ? lastByServerId[serverId] : undefined;
    if (last !== undefined && hasKey(last, server)) return last;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
    const name = `${serverId} ${text}`;
    let number = numbers.get(name);
    if (number === undefined) {
      const none = end - start === 1 && bytes[start] === MINUS;
      // Not `bytes.slice`: a Buffer's shares its memory, and the caller reuses that.
      const key = Uint8Array.from(bytes.subarray(start, end));
      number = addLabel(name, { serverId, serverKey: none ? null : text }, key);
    }
    if (serverId >= 0 && serverId < MAX_INDEXED_ID) lastByServerId[serverId] = number;
    return number;
  }

  function numberOfLabel({ serverId, serverKey, readings }: Label): number {
    if (readings !== undefined) return numberOfReadings(readings);
    const bytes = Buffer.from(serverKey ?? '-', 'latin1');
    return numberOf({ serverId, bytes, serverKeyStart: 0, serverKeyEnd: bytes.length });
  }

  function numberOfReadings(readings: readonly Label[]): number {
    const name = readings.map(({ serverId, serverKey }) => `${serverId} ${serverKey ?? '-'}`).join('\n');
    return numbers.get(name) ?? addLabel(name, { ...readings[0]!, readings }, NO_KEY);
  }

  return {
    labels,
    numberOf,
    numberOfLabel,
    numberOfBoth(one, other) {
      if (one === other) return one;
      const readings = new Map<string, Label>();
      for (const number of [one, other]) {
        const label = labels[number - 1]!;
        for (const { serverId, serverKey } of label.readings ?? [label])
          readings.set(`${serverId} ${serverKey ?? '-'}`, { serverId, serverKey });
      }
      const inOrder = [...readings].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, label]) => label);
      return numberOfReadings(inOrder.slice(0, MOST_READINGS));
    },
  };
}

function tooMany(most: string): ProtocolError {
  return new ProtocolError(tooLargeTrouble('its dump', most));
}
