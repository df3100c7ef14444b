// The few distinct (server_id, server_key) pairs that one proxy's entries carry, numbered so that a cell of the grid is a small number.

import type { Label } from '../domain/entry.ts';

const MINUS = 0x2d;
/** Ids that people give and HAProxy counts are small; others go the long way. */
const MAX_INDEXED_ID = 65_536;
const NO_KEY = new Uint8Array(0);
/** Enough to show that a key's entries differ; a proxy may repeat one for ever. */
const MOST_READINGS = 8;

export interface LabelTable {
  readonly labels: readonly Label[];
  /** The label's number, from 1 on; the server key is `bytes[start..end)`, `-` for none. */
  numberOf(serverId: number, bytes: Uint8Array, start: number, end: number): number;
  numberOfLabel(label: Label): number;
  /** The label of an entry that was shown as both; the order in which they came does not matter. */
  numberOfBoth(one: number, other: number): number;
}

export function createLabelTable(): LabelTable {
  const labels: Label[] = [];
  const keys: Uint8Array[] = [];
  // A server id nearly always comes with the same key: the label last seen with that id is tried before all others.
  const lastByServerId: number[] = [];
  const numbers = new Map<string, number>();

  function isKey(number: number, bytes: Uint8Array, start: number, end: number): boolean {
    const key = keys[number - 1]!;
    if (key.length !== end - start) return false;
    for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false;
    return true;
  }

  function numberOf(serverId: number, bytes: Uint8Array, start: number, end: number): number {
    const last = serverId >= 0 && serverId < MAX_INDEXED_ID ? lastByServerId[serverId] : undefined;
    if (last !== undefined && isKey(last, bytes, start, end)) return last;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
    const name = `${serverId} ${text}`;
    let number = numbers.get(name);
    if (number === undefined) {
      const none = end - start === 1 && bytes[start] === MINUS;
      labels.push({ serverId, serverKey: none ? null : text });
      // Not `bytes.slice`: a Buffer's shares its memory, and the caller reuses that.
      keys.push(Uint8Array.from(bytes.subarray(start, end)));
      number = labels.length;
      numbers.set(name, number);
    }
    if (serverId >= 0 && serverId < MAX_INDEXED_ID) lastByServerId[serverId] = number;
    return number;
  }

  function numberOfLabel({ serverId, serverKey, readings }: Label): number {
    if (readings !== undefined) return numberOfReadings(readings);
    const bytes = Buffer.from(serverKey ?? '-', 'latin1');
    return numberOf(serverId, bytes, 0, bytes.length);
  }

  function numberOfReadings(readings: readonly Label[]): number {
    const name = readings.map(({ serverId, serverKey }) => `${serverId} ${serverKey ?? '-'}`).join('\n');
    let number = numbers.get(name);
    if (number === undefined) {
      labels.push({ ...readings[0]!, readings });
      keys.push(NO_KEY);
      number = labels.length;
      numbers.set(name, number);
    }
    return number;
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
