// Judges a look at the mesh: every item, the verdict, and what it means for the occasion.

import {
  type CheckItem,
  type CheckItemResult,
  type CheckProfile,
  type CheckResult,
  checkItemIds,
  type UncheckedItem,
} from '../domain/checklist.ts';
import { exitCodes } from '../domain/exit-codes.ts';
import { peerMatrix } from '../domain/peer-matrix.ts';
import { alarmsItem } from './alarms-item.ts';
import type { CheckFacts } from './check-facts.ts';
import { conferenceItems } from './conference-items.ts';
import { peerItems } from './peer-items.ts';
import { proxyItems } from './proxy-items.ts';
import { serverItems } from './server-items.ts';
import { tableItems } from './table-items.ts';
import { wantedItems } from './wanted-items.ts';

export function checkMesh(facts: CheckFacts): CheckResult {
  const { report, rules } = facts;
  const peers = peerMatrix(report.proxies);
  const checked = [
    ...proxyItems(facts),
    ...peerItems(facts, peers),
    ...tableItems(facts),
    ...serverItems(facts),
    ...wantedItems(facts),
    ...conferenceItems(facts),
    alarmsItem(facts),
  ].sort((one, other) => checkItemIds.indexOf(one.id) - checkItemIds.indexOf(other.id));
  const items = checked.filter((each): each is CheckItem => 'result' in each);
  const notChecked = checked.filter((each): each is UncheckedItem => 'why' in each);
  const verdict = verdictOf(items);
  return {
    profile: rules.profile,
    verdict,
    exitCode: exitCodeOf(facts, items),
    conclusion: conclusionOf(rules.profile, verdict),
    items,
    notChecked,
    peers,
    report,
  };
}

function verdictOf(items: readonly CheckItem[]): CheckItemResult {
  if (items.some(({ result }) => result === 'fail')) return 'fail';
  return items.some(({ result }) => result === 'unknown') ? 'unknown' : 'pass';
}

/** What is unknown, or not in view, comes before what fails. */
function exitCodeOf({ report, rules }: CheckFacts, items: readonly CheckItem[]): number {
  const isIncomplete = rules.withoutTable
    ? report.proxies.some(({ status }) => status !== 'ok' && status !== 'no-table') ||
      report.proxies.length < (report.expected?.min ?? 0)
    : report.view === 'incomplete';
  if (isIncomplete || items.some(({ result }) => result === 'unknown')) return exitCodes.incomplete;
  return verdictOf(items) === 'fail' ? exitCodes.disagreement : exitCodes.agree;
}

const conclusions: Readonly<Record<CheckProfile, Readonly<Record<CheckItemResult, string>>>> = {
  general: {
    pass: 'The mesh is as it should be.',
    fail: 'The mesh is not as it should be.',
    unknown: 'Nothing was seen to be wrong, and not everything could be seen: this is no pass.',
  },
  'before-upgrade': {
    pass: 'Safe to begin: every proxy can be taken away and come back, one at a time.',
    fail: 'Do not begin: mend what fails first.',
    unknown: 'Do not begin: not everything could be seen.',
  },
  'after-scale-up': {
    pass: 'Safe to take traffic: the new proxies hold everything. Safe to scale down the old ones.',
    fail: 'Not safe: keep traffic away from the new proxies, and keep the old ones.',
    unknown: 'Not known to be safe: keep traffic away from the new proxies, and keep the old ones.',
  },
  'after-scale-down': {
    pass: 'The scale-down is complete: the remaining proxies hold everything, and none lists one that is gone.',
    fail: 'The scale-down is not complete: mend what fails.',
    unknown: 'The scale-down is not known to be complete: not everything could be seen.',
  },
};

function conclusionOf(profile: CheckProfile, verdict: CheckItemResult): string {
  return conclusions[profile][verdict];
}
