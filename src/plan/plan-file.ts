// A plan from a file: checked before it is used, since a person or another program may have changed
// it.

import * as z from 'zod';
import { findingKinds } from '../domain/finding.ts';
import { type Plan, refusalReasons } from '../domain/plan.ts';
import { ConfigError } from '../errors.ts';

const entryState = z.object({ serverId: z.number().int(), serverKey: z.string().nullable() }).nullable();
const refusal = z.object({ reason: z.enum(refusalReasons), key: z.string().nullable(), because: z.string() });
const place = { phase: z.number().int().min(0), proxy: z.string() };
const settableId = z.number().int().min(1).max(0x7fffffff);
const step = z.discriminatedUnion('kind', [
  z.object({ ...place, kind: z.literal('touch'), expect: entryState.unwrap(), serverId: settableId }),
  z.object({ ...place, kind: z.literal('replace'), expect: entryState, serverId: settableId }),
  z.object({ ...place, kind: z.literal('request'), expect: entryState, serverId: settableId }),
  z.object({ ...place, kind: z.literal('remove'), expect: entryState.unwrap(), serverId: z.number().int() }),
]);
/** No plan file has the kind `undo`: an undo has a target for each proxy, and no winner. */
const conference = z.object({
  key: z.string().min(1),
  conference: z.string(),
  kind: z.enum(findingKinds).or(z.literal('pin')),
  winner: z.string(),
  policy: z.enum(['participants', 'majority', 'latest-access', 'lowest-address', 'unanimous', 'pinned']),
  because: z.string(),
  participantsMoved: z.number().int().min(0).nullish(),
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

/**
 * Throws one `ConfigError` with every complaint, each with its path in the file. A key that no
 * command can name is a complaint too.
 */
export function parsePlan(text: string, path: string, isExpressible: (key: string) => boolean): Plan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError([`${path}: this is not JSON`], { cause });
  }
  const result = plan.safeParse(value);
  if (!result.success) {
    throw new ConfigError(
      result.error.issues.map((issue) => `${path}: ${issue.path.join('.') || 'the plan'}: ${issue.message}`),
    );
  }
  const complaints = result.data.conferences.flatMap(({ key }, index) =>
    isExpressible(key) ? [] : [`${path}: conferences.${index}.key: no command of the runtime API can name this key`],
  );
  if (complaints.length > 0) throw new ConfigError(complaints);
  return result.data;
}
