// Channels of the system's `ssh`: a process for a command, a forwarded socket for a socket.

import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { Duplex, PassThrough, type Readable, type Writable } from 'node:stream';
import { TransportError } from '../../errors.ts';
import type { CommandEnd } from './channel-trouble.ts';
import type { Channel } from './way.ts';

/** The exit code of `ssh` when it failed itself. */
const SSH_FAILED = 255;

/** Closes when the process ends, with its exit code or signal. */
export function commandChannel(child: ChildProcess): Channel {
  const channel = new LentChannel({ output: child.stdout!, input: child.stdin!, stderr: child.stderr! }, () =>
    child.kill('SIGTERM'),
  );
  child.once('error', (error) => channel.emit('error', notStarted(error)));
  child.once('close', (code: number | null, signal: string | null) => channel.finish(code, signal));
  return channel;
}

function notStarted(error: Error): TransportError {
  return new TransportError(
    {
      code: 'ssh',
      message: `\`ssh\` could not be started here: ${error.message}.`,
      remedy: 'Look at how many processes and open files this user may have (ulimit -u, ulimit -n).',
    },
    { cause: error },
  );
}

/**
 * A socket that `ssh` forwards. Where the far end cannot be reached, `ssh` closes the socket and
 * writes why to standard error. `said` is all that it has written so far.
 */
export function forwardedChannel(socket: Socket, said: () => string): Channel {
  const before = said();
  const channel = new LentChannel({ output: socket, input: socket, stderr: new PassThrough().end() }, () =>
    socket.destroy(),
  );
  socket.once('close', () => {
    // `ssh` writes before it closes the socket. That is read before the check phase of the event
    // loop, in which this runs.
    setImmediate(() => {
      const failed = channel.isEmpty && /open failed/.test(said().replace(before, ''));
      channel.finish(failed ? SSH_FAILED : null, null);
    });
  });
  return channel;
}

/** Whether the channel never opened: sshd refused a session, or did not reach the far end. */
export function wasRefused({ code, stderr }: CommandEnd, kind: 'exec' | 'streamlocal' | 'tcp'): boolean {
  return code === SSH_FAILED && (kind !== 'exec' || /Session open refused by peer/.test(stderr));
}

interface Streams {
  readonly output: Readable;
  readonly input: Writable;
  readonly stderr: Readable;
}

/** A channel made of two streams, and of a function that ends them. */
class LentChannel extends Duplex {
  readonly stderr: Readable;
  isEmpty = true;
  readonly #output: Readable;
  readonly #input: Writable;
  readonly #stop: () => void;

  constructor({ output, input, stderr }: Streams, stop: () => void) {
    super({ emitClose: false });
    this.stderr = stderr;
    this.#output = output;
    this.#input = input;
    this.#stop = stop;
    output.on('data', (chunk: Buffer) => {
      this.isEmpty = false;
      if (!this.push(chunk)) output.pause();
    });
    output.once('end', () => this.push(null));
    // A far end that closes early ends the other stream too: that is enough to know, here and in
    // `_final`.
    output.on('error', () => {});
    input.on('error', () => {});
  }

  /** Emits `close` once everything was read. */
  finish(code: number | null, killedBy: string | null): void {
    const close = () => this.emit('close', code, killedBy ?? undefined);
    if (this.readableEnded || this.destroyed) close();
    else {
      this.once('end', close);
      if (!this.readableEnded && this.#output.destroyed) this.push(null);
    }
  }

  override _read(): void {
    this.#output.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#input.write(chunk) || this.#input.destroyed) done();
    else this.#input.once('drain', done);
  }

  override _final(done: () => void): void {
    this.#input.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#stop();
    done(error);
  }
}
