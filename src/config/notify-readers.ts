// How the values of the `notify` section are read: plain value in, meaning or problem out.

import type { Problem } from '../input/complaint.ts';

/** A webhook. The complaint does not quote it: it is a secret. */
export function readWebhook(value: unknown): string | Problem {
  const problem = { problem: 'expected the http or https URL of a webhook, without a user in it' };
  if (typeof value !== 'string' || !/^https?:\/\/[\x21-\x7e]+$/.test(value) || !URL.canParse(value)) return problem;
  const { username, password } = new URL(value);
  return username || password ? problem : value;
}
