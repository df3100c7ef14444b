// The names of this program's alarms, and how they are recognised. Pure.

import { ConfigError } from '../errors.ts';

/** Subjects of alarms: the ends of their names. The order is that of a report, the worst first. */
export const alarmSubjects = [
  'split',
  'many split',
  'mixed',
  'missing',
  'heals failing',
  'mesh not judged',
  'monitor silent',
  'proxies unreachable',
  'peer links down',
  'lists apart',
  'scattered',
  'misplaced',
  'rooms without entry',
  'ambiguous',
  'not whole',
  'page',
] as const;
/** The subject of one alarm. */
export type AlarmSubject = (typeof alarmSubjects)[number];

/** Which alarms are meant: those of one environment, under one prefix. */
export interface AlarmScope {
  readonly prefix: string;
  readonly environment: string;
}

/**
 * Tags of every alarm of this program. The environment is a tag too, because the name of one
 * environment can begin with the name of another.
 */
export const OWNER_TAG = 'managed-by';
export const OWNER = 'haproxy-splitbrain';
export const ENVIRONMENT_TAG = 'environment';

/**
 * The beginning of the names of all alarms of one environment. Alarms of another environment can
 * begin with it too.
 */
export function namePrefix({ prefix, environment }: AlarmScope): string {
  return `${prefix} ${environment} `;
}

/** The name of the alarm on `subject`. */
export function alarmName(scope: AlarmScope, subject: AlarmSubject): string {
  return namePrefix(scope) + subject;
}

/** The subject of the alarm with this name; `null` where it is no alarm of this environment. */
export function subjectOf(scope: AlarmScope, name: string): AlarmSubject | null {
  return alarmSubjects.find((subject) => alarmName(scope, subject) === name) ?? null;
}

/**
 * Throws ConfigError where names would be invalid: they have at most 255 characters, all ASCII,
 * because a composite alarm's rule quotes them.
 */
export function checkScope(scope: AlarmScope): void {
  const name = namePrefix(scope);
  if (name.length <= 200 && /^[ !#-[\]-~]+$/.test(name)) return;
  throw new ConfigError([
    'alarms: alarms.prefix and environment stand in the names of the alarms: together at most 198 printable ASCII letters, without " and \\',
  ]);
}
