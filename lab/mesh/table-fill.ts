// Fills a stick table by the stats socket, fast: many `set table` on one line (HAProxy 2.6 to 3.4:
// 140,000 entries a second and more).

import { type Conference, commandKey } from '../haproxy/runtime-socket.ts';

/** The `n`th entry, from 0. Without a server key: only a real request writes one. */
export type TableFill = (n: number) => { readonly key: Conference; readonly serverId: number };

// HAProxy 3.2+ refuses a line of more than 16,384 bytes and then runs none of it.
const LINE_BYTES = 15_000;
const LINE_COMMANDS = 150;

function* lines(count: number, entry: TableFill): Generator<string> {
  let batch: string[] = [];
  let bytes = 0;
  for (let n = 0; n < count; n++) {
    const { key, serverId } = entry(n);
    const command = `set table nodes key ${commandKey(key)} data.server_id ${serverId}`;
    if (batch.length > 0 && (batch.length === LINE_COMMANDS || bytes + command.length + 1 > LINE_BYTES)) {
      yield batch.join(';');
      batch = [];
      bytes = 0;
    }
    batch.push(command);
    bytes += command.length + 1;
  }
  if (batch.length > 0) yield batch.join(';');
}

/** Rejects at the first answer that is not empty: HAProxy says nothing when a `set` was taken. */
export async function fillTable(
  command: (line: string) => Promise<string>,
  count: number,
  entry: TableFill,
): Promise<void> {
  for (const line of lines(count, entry)) {
    const answer = (await command(line)).trim();
    if (answer !== '') throw new Error(`set table was refused: ${answer.slice(0, 200)}`);
  }
}
