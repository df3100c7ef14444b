// What people are told of a run, and whether they are told at all.

import type { CountsByKind } from './finding.ts';
import type { Verdict } from './run-report.ts';

/** Why a message goes out. */
export const notifyEvents = ['changed', 'healed'] as const;
export type NotifyEvent = (typeof notifyEvents)[number];

/** Whom scheduled runs tell. The URL is a secret: it may be all that a sender needs. */
export interface NotifySettings {
  readonly url: string;
  readonly on: readonly NotifyEvent[];
  readonly format: 'slack' | 'json';
  /** Whether messages name conferences. */
  readonly names: boolean;
}

/** The verdict that people were told last. */
export interface ToldVerdict {
  readonly verdict: Verdict;
  /** When the first run that told it ended. */
  readonly since: Date;
}

/** What a run left behind, as far as messages tell of it. */
export interface Standing {
  readonly verdict: Verdict;
  readonly remaining: CountsByKind;
  readonly conferences: number;
  readonly proxies: number;
  readonly proxiesReporting: number;
  /** Conferences that the run healed. */
  readonly healed: number;
  /** Some of those that are still wrong; empty where names are not wanted. */
  readonly names: readonly string[];
}

/**
 * Why people are told of the run; `null`: they are not. A first run that agrees is no change: from
 * then on only what differs is news.
 */
export function eventOf(
  { verdict, healed }: Pick<Standing, 'verdict' | 'healed'>,
  told: ToldVerdict | null,
  on: readonly NotifyEvent[],
): NotifyEvent | null {
  const isChange = verdict !== (told?.verdict ?? 'agree');
  if (isChange && on.includes('changed')) return 'changed';
  return healed > 0 && on.includes('healed') ? 'healed' : null;
}
