// Stands between splitbrain and the stats sockets of a mesh: keeps every command that writes, may
// hold one back, end the run after the nth, or lie.

import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { MeshProxy } from '../mesh/mesh.ts';

/** A `set` or `clear` that a proxy got, without its line feed, one character a byte. */
export interface Write {
  readonly proxy: string;
  readonly command: string;
}

interface RelayRules {
  /** Awaited before a line with writes goes on to its proxy. */
  readonly before?: (proxy: string, commands: readonly string[]) => Promise<void>;
  /** Awaited before a line of any kind goes on to its proxy. */
  readonly beforeAny?: (proxy: string, line: string) => Promise<void>;
  /**
   * What a proxy is made to say instead of its answer, one character a byte: lies, and faults that
   * the real thing does not show on demand.
   */
  readonly rewrite?: (proxy: string, line: string, answer: string) => string;
  /**
   * What a proxy is made to say without having been asked at all, as fast as it is read; `null` for
   * its own answer. It may never end. A write that is answered so is not carried out, and not kept.
   */
  readonly instead?: (proxy: string, line: string) => Iterable<Uint8Array> | AsyncIterable<Uint8Array> | null;
  /**
   * After so many writes were carried out the sender gets no answers any more, no write goes on,
   * and `call` is called, once.
   */
  readonly stopAfter?: { readonly count: number; readonly call: () => void };
}

export interface CommandRelay {
  /** Where each proxy is to be found instead, by name: an endpoint. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Since `follow` was called last, in the order in which they went on. */
  readonly writes: readonly Write[];
  /** Forgets the writes so far and goes by other rules from now on. */
  follow(rules: RelayRules): void;
  stop(): Promise<void>;
}

/** The commands of a line; a `;` behind a backslash belongs to its word. */
function commandsOf(line: string): readonly string[] {
  const commands: string[] = [];
  let command = '';
  for (let at = 0; at < line.length; at++) {
    if (line[at] === ';') {
      commands.push(command);
      command = '';
    } else command += line[at] === '\\' ? line.slice(at, ++at + 1) : line[at];
  }
  return [...commands, command].map((each) => each.trimStart());
}

const isWrite = (command: string): boolean => /^(set|clear) table /.test(command);

/**
 * Holds back the writes from now on. `arrived` resolves when the first has come, and `goOn` lets
 * all of them pass.
 */
export function holdWrites(relay: CommandRelay): { readonly arrived: Promise<void>; goOn(): void } {
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  let goOn = () => {};
  const passing = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  relay.follow({
    before: () => {
      arrive();
      return passing;
    },
  });
  return { arrived, goOn: () => goOn() };
}

export async function startCommandRelay(folder: string, proxies: readonly MeshProxy[]): Promise<CommandRelay> {
  let rules: RelayRules = {};
  let writes: Write[] = [];
  let isStopped = false;
  const sockets = new Set<Socket>();

  /** What of a line may go on; the writes that do are kept. */
  function admit(proxy: string, commands: readonly string[]): readonly string[] {
    if (isStopped) return [];
    const room = (rules.stopAfter?.count ?? Number.POSITIVE_INFINITY) - writes.length;
    const admitted = commands.slice(0, room);
    writes.push(...admitted.map((command) => ({ proxy, command })));
    return admitted;
  }

  async function pass(client: Socket, { name, socketPath }: MeshProxy, request: Buffer): Promise<void> {
    const line = request.toString('latin1').replace(/\n$/, '');
    const commands = commandsOf(line);
    await rules.beforeAny?.(name, line);
    const instead = rules.instead?.(name, line) ?? null;
    if (instead !== null) {
      // Ends where the reader goes away.
      await pipeline(Readable.from(instead, { objectMode: false }), client).catch(() => {});
      return;
    }
    const writing = commands.some(isWrite);
    if (writing) await rules.before?.(name, commands);
    const admitted = writing ? admit(name, commands) : commands;
    if (admitted.length === 0) return;
    const answer = await converse(socketPath, writing ? Buffer.from(`${admitted.join(';')}\n`, 'latin1') : request);
    if (writing && writes.length === rules.stopAfter?.count && !isStopped) {
      isStopped = true;
      rules.stopAfter.call();
    }
    const said = rules.rewrite ? Buffer.from(rules.rewrite(name, line, answer.toString('latin1')), 'latin1') : answer;
    if (!isStopped) client.end(said);
  }

  const servers = await Promise.all(
    proxies.map(
      (proxy) =>
        new Promise<Server>((resolve, reject) => {
          const server = createServer({ allowHalfOpen: true }, (client) => {
            const chunks: Buffer[] = [];
            sockets.add(client);
            client.on('close', () => sockets.delete(client));
            client.on('error', () => client.destroy());
            client.on('data', (chunk) => chunks.push(chunk));
            client.on('end', () => pass(client, proxy, Buffer.concat(chunks)).catch(() => client.destroy()));
          });
          server.once('error', reject);
          server.listen(join(folder, `${proxy.name}.relay`), () => resolve(server));
        }),
    ),
  );

  return {
    endpoints: Object.fromEntries(proxies.map(({ name }) => [name, `unix://${join(folder, `${name}.relay`)}`])),
    get writes() {
      return writes;
    },
    follow(next) {
      rules = next;
      writes = [];
      isStopped = false;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    },
  };
}

/** The whole answer of a proxy to a request. Rejects where nobody listens. */
function converse(path: string, request: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ path });
    socket.on('error', reject);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks)));
    socket.end(request);
  });
}

/** The keys that writes name, one character a byte. */
export function writtenKeys(writes: readonly { readonly command: string }[]): readonly string[] {
  const keys = writes.map(({ command }) => / key ((?:\\[\s\S]|[^ \\])*)/.exec(command)?.[1] ?? command);
  return [...new Set(keys.map((word) => word.replace(/\\([\s\S])/g, '$1')))].sort();
}
