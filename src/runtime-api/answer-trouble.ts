// What is wrong with an answer that came but could not be used: as trouble that a person on call
// can act on.

import { conferenceOf } from '../domain/key.ts';
import type { Trouble } from '../domain/proxy.ts';
import { TransportError } from '../errors.ts';

/** The stats socket is at level user. */
export const LEVEL_TROUBLE: Trouble = {
  code: 'level',
  message: 'the stats socket is at level user, which shows no entries',
  remedy:
    "give the socket `level operator` in the proxy's configuration (reading needs no more), or use another socket",
};

/** `remark` is the first line of what came instead, one character a byte. */
export function notStateTrouble(problem: 'not-haproxy' | 'master-cli' | 'truncated', remark: string): Trouble {
  if (problem === 'master-cli') {
    return {
      code: 'master-socket',
      message: "this is the CLI of HAProxy's master process, which holds no tables",
      remedy:
        "use the worker's stats socket, which the `stats socket` line of haproxy.cfg names (often /run/haproxy/admin.sock); this one is what HAProxy's option `-S` names",
    };
  }
  if (problem === 'truncated') {
    return {
      code: 'closed-early',
      message: 'the connection was closed before the answer was complete',
      remedy:
        'look at the proxy: it may be reloading, out of connections on its stats socket, or `stats timeout` is very short',
    };
  }
  return {
    code: 'not-haproxy',
    message: `this is ${nameProgram(remark)}, not HAProxy's stats socket: it answered ${JSON.stringify(conferenceOf(remark.trimEnd()).slice(0, 80))}`,
    remedy:
      'name what a `stats socket` line of haproxy.cfg names, often /run/haproxy/admin.sock; for TCP such a line is `stats socket ipv4@127.0.0.1:9999 level operator`',
  };
}

/** What listens there, by the first line of its answer to a command. */
function nameProgram(remark: string): string {
  if (remark.startsWith('HTTP/')) return 'an HTTP port (a frontend, or the page of statistics)';
  // Status codes with which the peers protocol refuses a greeting (peers-v2.0.txt).
  if (/^(?:300|50[1-4])$/.test(remark)) return "a port of HAProxy's peers";
  if (remark.startsWith('SSH-')) return 'an SSH server (ssh://USER@HOST/PATH goes through one)';
  return 'another program';
}

/** Trouble with single keys: state and dump of the same proxy have been read before. */
export function keyAnswerTrouble(
  outcome: 'truncated' | 'denied' | 'no-such-table' | 'refused' | 'not-haproxy',
  remark: string,
): Trouble {
  switch (outcome) {
    case 'truncated':
      return notStateTrouble('truncated', remark);
    case 'denied':
      return LEVEL_TROUBLE;
    case 'no-such-table':
      return {
        code: 'no-such-table',
        message: 'the table disappeared during the run',
        remedy: 'look at the proxy: it was reloaded with another configuration',
      };
    case 'refused':
      return refusedTrouble(remark);
    case 'not-haproxy':
      return notStateTrouble('not-haproxy', remark);
  }
}

/** HAProxy refused a command of this program; `remark` is its sentence. */
function refusedTrouble(remark: string): Trouble {
  return {
    code: 'command-refused',
    message: `HAProxy refused a command: ${JSON.stringify(conferenceOf(remark).slice(0, 120))}`,
    remedy: 'report it with the version of HAProxy and the type of the table: this program should not have asked so',
  };
}

/** Another process answers than the one that was read. */
export function reloadedTrouble(before: number | null, now: number | null): Trouble {
  return {
    code: 'reloaded',
    message: `the proxy was reloaded meanwhile: process ${before} is now ${now}`,
    remedy: 'run again: what was read is of a process that is ending',
  };
}

/** What was asked, without a name of a conference in it, and of a dump how far it came. */
export interface AnswerSoFar {
  readonly asked: string;
  readonly entries?: number;
  /** How many entries the table holds, as the proxy reported before. */
  readonly entriesInTable?: number;
}

/**
 * Adds to a time-out what was asked, and how far a dump had come. Any other error is returned as it
 * is.
 */
export function withSoFar(error: TransportError, { asked, entries, entriesInTable }: AnswerSoFar): TransportError {
  if (error.code !== 'timeout') return error;
  const { code, message, remedy } = error;
  const far = entries === undefined ? '' : `, and ${entries} of about ${entriesInTable} entries had come`;
  return new TransportError({ code, message: `${message} The question was ${asked}${far}.`, remedy }, { cause: error });
}

/**
 * An answer that is longer than HAProxy's answers are. `answer` names the answer, `most` is the
 * limit.
 */
export function tooLargeTrouble(answer: string, most: string): Trouble {
  return {
    code: 'too-large',
    message: `${answer} has more than ${most}, the most that is read`,
    remedy: 'look at what listens there: nothing that it said is used, and the other proxies are read as ever',
  };
}

/** A proxy's answer does not fit into memory. */
export function outOfMemoryTrouble(what: string): Trouble {
  return {
    code: 'out-of-memory',
    message: `there is no memory left for ${what}`,
    remedy: 'look how large its table is, and give this program more memory: nothing that the proxy said is used',
  };
}
