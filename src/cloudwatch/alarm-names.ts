// What our alarms are called, and how one is told from anybody else's. Pure.

import { ConfigError } from '../errors.ts';

/** What an alarm is about: the end of its name. The order is that of a report: worst first. */
export const alarmSubjects = [
  'split',
  'mixed',
  'missing',
  'heals failing',
  'mesh not judged',
  'monitor silent',
  'proxies unreachable',
  'peer links down',
  'page',
] as const;
export type AlarmSubject = (typeof alarmSubjects)[number];

export interface AlarmScope {
  readonly prefix: string;
  readonly environment: string;
}

/**
 * Every alarm of ours carries these; `environment` because the name of one can be the beginning of
 * another's.
 */
export const OWNER_TAG = 'managed-by';
export const OWNER = 'haproxy-splitbrain';
export const ENVIRONMENT_TAG = 'environment';

/**
 * What the names of all alarms of one environment begin with; another environment's may begin with
 * it too.
 */
export function namePrefix({ prefix, environment }: AlarmScope): string {
  return `${prefix} ${environment} `;
}

export function alarmName(scope: AlarmScope, subject: AlarmSubject): string {
  return namePrefix(scope) + subject;
}

/** Which of our alarms of this environment the name is; `null`: none of them. */
export function subjectOf(scope: AlarmScope, name: string): AlarmSubject | null {
  return alarmSubjects.find((subject) => alarmName(scope, subject) === name) ?? null;
}

/**
 * Names have at most 255 characters and stand between quotes in a composite alarm's rule, which
 * takes ASCII only. Throws ConfigError.
 */
export function checkScope(scope: AlarmScope): void {
  const name = namePrefix(scope);
  if (name.length <= 200 && /^[ !#-[\]-~]+$/.test(name)) return;
  throw new ConfigError([
    'alarms: alarms.prefix and environment stand in the names of the alarms: together at most 198 printable ASCII letters, without " and \\',
  ]);
}
