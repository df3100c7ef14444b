// Logs are events for machines: JSON lines on standard error, secrets taken out, conferences named by a keyed hash only. Only this file knows pino.

import { createHmac, randomBytes } from 'node:crypto';
import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import { conferenceOf } from './domain/key.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

type LogFields = Readonly<Record<string, unknown>>;

/** `event` is a stable name such as `proxy-read`; `fields` hold counts, durations with their unit in the name, a `proxy`. An `Error` goes into the field `error`. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** What a log line may call the conference with this key: its hash, or its name where the run shows names. */
  conference(key: string): string;
  /** The same log with more fields on every line. */
  with(bindings: LogFields): Log;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Conference names are private: whoever asks for them takes them into their log store. */
  readonly showNames: boolean;
  /** On every line: at least `runId` and `environment`. */
  readonly bindings?: LogFields;
  /** Where lines go, standard error where absent. */
  readonly destination?: { write(line: string): void };
  /** Keeps a conference's hash the same from run to run. Without it each log has its own, which nobody can reverse by hashing guessed names. */
  readonly salt?: string;
}

/** A person at a terminal has the report and needs no JSON in between; a scheduled job's log is where it is read later. */
export function defaultLogLevel(stderrIsTerminal: boolean): LogLevel {
  return stderrIsTerminal ? 'silent' : 'info';
}

/** Twelve hex digits, 48 bits: enough that 200,000 conferences rarely share one (chance below 0.01 %). */
export function conferenceHash(key: string, salt: string): string {
  return createHmac('sha256', salt).update(key).digest('hex').slice(0, 12);
}

export function createLogger(options: LogOptions): Log {
  const salt = options.salt ?? randomBytes(16).toString('hex');
  const conference = (key: string) => (options.showNames ? conferenceOf(key) : conferenceHash(key, salt));
  const stream: DestinationStream = options.destination ?? destination({ dest: 2, sync: true });
  const lines = pino(
    {
      level: options.level,
      base: null,
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: describeError },
      redact: { paths: secretPaths, censor: '[redacted]' },
      hooks: { streamWrite: withoutPasswords },
    },
    stream,
  );
  return wrap(lines.child(options.bindings ?? {}), conference);
}

function wrap(lines: Logger, conference: (key: string) => string): Log {
  return {
    debug: (event, fields) => lines.debug({ event, ...fields }),
    info: (event, fields) => lines.info({ event, ...fields }),
    warn: (event, fields) => lines.warn({ event, ...fields }),
    error: (event, fields) => lines.error({ event, ...fields }),
    conference,
    with: (bindings) => wrap(lines.child(bindings), conference),
  };
}

/** Stack and stable code, and the same of what caused it; never the other fields, which may hold anything. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return {
    type: error.name,
    message: error.message,
    ...('code' in error ? { code: error.code } : {}),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  };
}

/** The names under which settings hold secrets, on a line's first four levels: `settings.ssh.privateKey.passphrase` is the deepest. */
const secretNames = ['passphrase', 'password', 'token', 'contents', 'secret', 'authorization'];
const secretPaths = ['', '*.', '*.*.', '*.*.*.'].flatMap((depth) => secretNames.map((name) => depth + name));

/** Passwords within URLs, wherever in a line: `http://user:password@host`. */
function withoutPasswords(line: string): string {
  return line.replace(/(:\/\/[^\s/:@"]*:)[^\s/@"]+@/g, '$1[redacted]@');
}
