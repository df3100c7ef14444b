// Logs are events for programs: JSON lines on standard error, without secrets. A conference is
// named by a keyed hash only. Only this file imports pino.

import { createHmac, randomBytes } from 'node:crypto';
import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import { conferenceOf } from '../domain/key.ts';

/** From the most to the fewest lines. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

type LogFields = Readonly<Record<string, unknown>>;

/**
 * Writes events. `event` is a stable name such as `proxy-read`. `fields` hold counts, durations
 * (the unit in the name) and a `proxy`; an `Error` goes into the field `error`.
 */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /**
   * The name of the conference with this key in a log line: its hash, or its own name where
   * `showNames` is set.
   */
  conference(key: string): string;
  /** The same log with more fields on every line. */
  with(bindings: LogFields): Log;
}

/** How a log is written. */
export interface LogOptions {
  readonly level: LogLevel;
  /**
   * Whether conferences are named in plain. Their names are private, and a log may be stored for
   * long.
   */
  readonly showNames: boolean;
  /** Fields of every line: at least `runId` and `environment`. */
  readonly bindings?: LogFields;
  /** Where lines go; standard error by default. */
  readonly destination?: { write(line: string): void };
  /**
   * Keeps the hash of a conference the same from run to run. Without it, each log uses a random
   * salt, so that guessed names cannot be tested against hashes.
   */
  readonly salt?: string;
}

/**
 * `silent` at a terminal, where a person reads the report; `info` for a scheduled job, whose log is
 * read later.
 */
export function defaultLogLevel(stderrIsTerminal: boolean): LogLevel {
  return stderrIsTerminal ? 'silent' : 'info';
}

/** Twelve hex digits, 48 bits: two of 200,000 conferences share one with a chance of 0.01 %. */
export function conferenceHash(key: string, salt: string): string {
  return createHmac('sha256', salt).update(key).digest('hex').slice(0, 12);
}

export function createLogger(options: LogOptions): Log {
  const salt = options.salt ?? randomBytes(16).toString('hex');
  const conference = (key: string) => (options.showNames ? conferenceOf(key) : conferenceHash(key, salt));
  const stream: DestinationStream = options.destination ?? standardError();
  const lines = pino(
    {
      level: options.level,
      base: null,
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: withoutSecrets },
      serializers: { error: describeError },
      hooks: { streamWrite: withoutPasswords },
    },
    stream,
  );
  return wrap(lines.child(withoutSecrets(options.bindings ?? {})), conference);
}

/**
 * A line that cannot be written (a full disk, a closed pipe) is lost: an exception here could end a
 * heal between its clear and its set.
 */
function standardError(): DestinationStream {
  return destination({ dest: 2, sync: true }).on('error', () => {});
}

function wrap(lines: Logger, conference: (key: string) => string): Log {
  return {
    debug: (event, fields) => lines.debug({ event, ...fields }),
    info: (event, fields) => lines.info({ event, ...fields }),
    warn: (event, fields) => lines.warn({ event, ...fields }),
    error: (event, fields) => lines.error({ event, ...fields }),
    conference,
    with: (bindings) => wrap(lines.child(withoutSecrets(bindings)), conference),
  };
}

/**
 * The stack and the stable code, also those of the cause. Other fields are left out, because they
 * may hold anything.
 */
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

/** Names of fields that hold secrets, in settings and in requests. */
const secretName = /passphrase|password|token|secret|authorization|^contents$|^headers$/i;
/** Levels. No settings are nested deeper; it limits the recursion over circular values. */
const DEEPEST = 8;

function withoutSecrets<T extends object>(fields: T): T {
  return walk(fields, 0) as T;
}

function walk(value: unknown, depth: number): unknown {
  // Errors have their own serializer; dates and URLs are written as texts.
  if (typeof value !== 'object' || value === null || value instanceof Error || 'toJSON' in value) return value;
  if (depth > DEEPEST) return '[nested]';
  if (Array.isArray(value)) return value.map((item) => walk(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, secretName.test(name) ? '[redacted]' : walk(inner, depth + 1)]),
  );
}

/** Removes passwords of URLs anywhere in a line: `http://user:password@host`. */
function withoutPasswords(line: string): string {
  return line.replace(/(:\/\/[^\s/:@"]*:)[^\s/@"]+@/g, '$1[redacted]@');
}
