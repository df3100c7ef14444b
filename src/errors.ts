// The errors that end a run or a conversation, and the exit codes a run can end with (design: the first of 64, 1, 4, 3, 2 that applies).

import type { Trouble, TroubleCode } from './domain/proxy.ts';

export const exitCodes = {
  agree: 0,
  crash: 1,
  disagreement: 2,
  incomplete: 3,
  refused: 4,
  usage: 64,
  interrupted: 130,
} as const;

/** How a process ends that one of these signals has ended: 128 and the signal's number. */
export const signalExitCodes = { SIGHUP: 129, SIGINT: exitCodes.interrupted, SIGTERM: 143 } as const;

/** Bad usage or configuration: every complaint at once. Exit code 64. */
export class ConfigError extends Error {
  readonly code = 'config';
  readonly complaints: readonly string[];

  constructor(complaints: readonly string[], options?: ErrorOptions) {
    super(complaints.join('\n'), options);
    this.name = 'ConfigError';
    this.complaints = complaints;
  }
}

/** One proxy could not be asked. Costs only that proxy: it is caught where machines are fanned out and kept as its `Trouble`. */
export class TransportError extends Error {
  readonly code: TroubleCode;
  readonly remedy: string;

  constructor(trouble: Trouble, options?: ErrorOptions) {
    super(trouble.message, options);
    this.name = 'TransportError';
    this.code = trouble.code;
    this.remedy = trouble.remedy;
  }
}

/** One proxy answered something that is not HAProxy's runtime API, or not what was asked. */
export class ProtocolError extends Error {
  readonly code: TroubleCode;
  readonly remedy: string;

  constructor(trouble: Trouble, options?: ErrorOptions) {
    super(trouble.message, options);
    this.name = 'ProtocolError';
    this.code = trouble.code;
    this.remedy = trouble.remedy;
  }
}
