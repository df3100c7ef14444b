// The errors that end a run or a conversation.

import type { Trouble, TroubleCode } from './domain/proxy.ts';

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

/**
 * One proxy could not be asked. Costs only that proxy: it is caught where machines are fanned out
 * and kept as its `Trouble`.
 */
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
