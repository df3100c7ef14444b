// A plan from a file: checked before anything is made of it, since a person or another program may have had it in hand.

import { z } from 'zod';
import { type Plan, refusalReasons } from '../domain/plan.ts';
import { ConfigError } from '../errors.ts';

const entryState = z.object({ serverId: z.number().int(), serverKey: z.string().nullable() }).nullable();
const refusal = z.object({ reason: z.enum(refusalReasons), key: z.string().nullable(), because: z.string() });
const step = z.object({
  phase: z.number().int().min(0),
  kind: z.enum(['touch', 'replace', 'remove']),
  proxy: z.string(),
  expect: entryState,
  serverId: z.number().int().min(0).max(0x7fffffff),
});
const conference = z.object({
  key: z.string().min(1),
  conference: z.string(),
  kind: z.enum(['split', 'missing', 'mixed', 'orphaned', 'ambiguous', 'pin', 'undo']),
  winner: z.string().nullable(),
  policy: z.enum(['majority', 'latest-access', 'lowest-address', 'unanimous', 'pinned', 'restored']),
  because: z.string(),
  before: z.record(z.string(), entryState),
  target: z.record(z.string(), z.string().nullable()),
  steps: z.array(step),
});
const plan = z.object({
  schema: z.literal('splitbrain/plan/1'),
  environment: z.string(),
  table: z.string(),
  runId: z.string(),
  createdAt: z.iso.datetime(),
  validUntil: z.iso.datetime(),
  refused: refusal.nullable(),
  conferences: z.array(conference),
  refusals: z.array(refusal),
});

/** Throws `ConfigError` with every complaint, each with its path in the file. */
export function parsePlan(text: string, path: string): Plan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError([`${path}: this is not JSON`], { cause });
  }
  const result = plan.safeParse(value);
  if (result.success) return result.data;
  throw new ConfigError(
    result.error.issues.map((issue) => `${path}: ${issue.path.join('.') || 'the plan'}: ${issue.message}`),
  );
}
