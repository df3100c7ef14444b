// Logs are events for machines: JSON lines on standard error, secrets taken out, conferences named
// by a keyed hash only. Only this file knows pino.

import { createHmac, randomBytes } from 'node:crypto';
import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino';
import { conferenceOf } from '../domain/key.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

type LogFields = Readonly<Record<string, unknown>>;

/**
 * `event` is a stable name such as `proxy-read`; `fields` hold counts, durations with their unit in
 * the name, a `proxy`. An `Error` goes into the field `error`.
 */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /**
   * What a log line may call the conference with this key: its hash, or its name where the run
   * shows names.
   */
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
  /**
   * Keeps a conference's hash the same from run to run. Without it each log has its own, which
   * nobody can reverse by hashing guessed names.
   */
  readonly salt?: string;
}

/**
 * A person at a terminal has the report and needs no JSON in between; a scheduled job's log is
 * where it is read later.
 */
export function defaultLogLevel(stderrIsTerminal: boolean): LogLevel {
  return stderrIsTerminal ? 'silent' : 'info';
}

/**
 * Twelve hex digits, 48 bits: enough that 200,000 conferences rarely share one (chance below 0.01
 * %).
 */
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
 * A line that a full disk or a closed pipe does not take is lost; it must not end a heal between
 * its clear and its set.
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
 * Stack and stable code, and the same of what caused it; never the other fields, which may hold
 * anything.
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

/** Names under which secrets stand, in settings and in requests, whatever the type of the value. */
const secretName = /passphrase|password|token|secret|authorization|^contents$|^headers$/i;
/** Deeper than any settings are; it bounds what leads to itself. */
const DEEPEST = 8;

function withoutSecrets<T extends object>(fields: T): T {
  return walk(fields, 0) as T;
}

function walk(value: unknown, depth: number): unknown {
  // Errors have a serializer of their own, dates and URLs a spelling.
  if (typeof value !== 'object' || value === null || value instanceof Error || 'toJSON' in value) return value;
  if (depth > DEEPEST) return '[nested]';
  if (Array.isArray(value)) return value.map((item) => walk(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, secretName.test(name) ? '[redacted]' : walk(inner, depth + 1)]),
  );
}

/** Passwords within URLs, wherever in a line: `http://user:password@host`. */
function withoutPasswords(line: string): string {
  return line.replace(/(:\/\/[^\s/:@"]*:)[^\s/@"]+@/g, '$1[redacted]@');
}
