// A reader over a scripted transport, and a proxy with a few keys behind it.

import { ProtocolError, TransportError } from '../../src/errors.ts';
import { createTableReader } from '../../src/runtime-api/table-reader.ts';
import { capture } from '../support/captures.ts';
import { type ScriptedAnswer, scriptedTransport } from '../support/scripted-transport.ts';

export const signal = new AbortController().signal;
export const reset = new TransportError({ code: 'reset', message: 'the connection broke', remedy: 'run again' });
export const head = '# table: nodes, type: string, size:204800, used:2\n';
export const line = (key: string) => `0x5: key=${key} use=0 exp=5 server_id=11 server_key=-\n`;
export const stateText = ['show-info.txt', 'show-servers-state.txt', 'show-table-all.txt', 'show-peers-healthy.txt']
  .map((name) => capture('3.4', name))
  .join('');

export function readerOf(answer: (request: string) => string | ScriptedAnswer, table = 'nodes') {
  const transport = scriptedTransport(answer);
  return { reader: createTableReader(transport, table, 1_000), requests: transport.requests };
}

/** The trouble that a promise rejects with, as a value. */
export async function troubleWith(promise: Promise<unknown>): Promise<unknown> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof ProtocolError || error instanceof TransportError ? [error.name, error.code] : error;
}

/** A proxy with these keys whose socket has this level. */
export const proxy = (level: string, keys: readonly string[]) => (request: string) => {
  if (request === 'show cli level\n') return `${level}\n\n`;
  if (request === 'show table nodes\n')
    return level === 'user'
      ? `${head}# contents not dumped due to insufficient privileges\n\n`
      : `${head}${keys.map(line).join('')}\n`;
  const answers = request.split(';').map((command) => {
    const key = /key (\w+)\n?$/.exec(command)?.[1] ?? '?';
    if (level === 'user') return 'Permission denied\n\n';
    const found = keys.find((each) => each === key || (each.length === 4 && key.startsWith(each)));
    return found ? `${head}${line(found)}\n` : '\n';
  });
  return answers.join('');
};
