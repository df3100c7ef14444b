// The alarms of CloudWatch: none is on, and before an upgrade none was on a while ago.

import type { SeenAlarm } from '../domain/checklist.ts';
import { type Checked, type CheckFacts, notChecked } from './check-facts.ts';
import { counted, itemOf } from './item.ts';

/** An alarm that changed within this time is recent. */
const RECENT_MS = 3_600_000;

/** A state that CloudWatch adds later is not OK. */
export function alarmsItem({ report, rules, sources }: CheckFacts): Checked {
  const seen = sources.alarms;
  const why =
    report.run.source === null ? 'there is no `alarms:` or `metrics:` section' : 'saved dumps are of another time';
  if (seen === null) return notChecked('alarms', why);
  if ('trouble' in seen) {
    return itemOf('alarms', {
      fails: [],
      gaps: [`CloudWatch did not say: ${seen.trouble}`],
      holds: [],
      remedy: 'Check region, credentials and the right to DescribeAlarms.',
    });
  }
  const nowMs = report.run.finishedAt.getTime();
  const words = ({ name, state, sinceMs }: SeenAlarm) => `"${name}" is ${state}${sinceWords(sinceMs, nowMs)}`;
  const isRecent = ({ sinceMs }: SeenAlarm) => sinceMs !== null && nowMs - sinceMs < RECENT_MS;
  const calm = seen.alarms.filter(({ state }) => state === 'OK');
  const recent = calm.filter(isRecent).map(words);
  const isStrict = rules.profile === 'before-upgrade';
  const on = seen.alarms.filter(({ state }) => state === 'ALARM');
  const others = seen.alarms.filter(({ state }) => state !== 'OK' && state !== 'ALARM');
  return itemOf('alarms', {
    fails: [...on.map(words), ...(isStrict ? recent.map((said) => `${said} only`) : [])],
    gaps: seen.alarms.length === 0 ? ['CloudWatch has no alarm of this environment'] : others.map(words),
    holds: [`${counted(calm.length, 'alarm')} in CloudWatch, none on`, ...recent],
    remedy:
      on.length > 0 ? 'Find out why it is on: `splitbrain report`.' : 'Wait until the mesh has been calm for an hour.',
    gapRemedy: '`splitbrain alarms apply` makes them; an alarm without data waits for the next `splitbrain monitor`.',
  });
}

function sinceWords(sinceMs: number | null, nowMs: number): string {
  if (sinceMs === null) return '';
  const minutes = Math.max(0, Math.floor((nowMs - sinceMs) / 60_000));
  if (minutes < 120) return ` for ${minutes} min`;
  return minutes < 2880 ? ` for ${Math.floor(minutes / 60)} h` : ` for ${Math.floor(minutes / 1440)} days`;
}
