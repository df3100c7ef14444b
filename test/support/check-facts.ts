// What a check judges, for tests: a healthy mesh of three and a plain question, changed where a
// test says so.

import type { CheckFacts, CheckRules, CheckSources } from '../../src/checklist/check-facts.ts';
import { checkMesh } from '../../src/checklist/check-mesh.ts';
import type { CheckItem, CheckItemId } from '../../src/domain/checklist.ts';
import { runReport } from './run-report.ts';

export interface FactChanges {
  readonly report?: Parameters<typeof runReport>[0];
  readonly rules?: Partial<CheckRules>;
  readonly sources?: Partial<CheckSources>;
}

export function checkFacts({ report, rules, sources }: FactChanges = {}): CheckFacts {
  return {
    report: runReport(report),
    rules: { profile: 'general', haproxy: null, loadedWithinMs: null, withoutTable: false, ...rules },
    sources: { discovery: 'none', census: false, alarms: null, namesProxies: false, knowsKeyLength: false, ...sources },
  };
}

export function checkOf(changes: FactChanges = {}) {
  return checkMesh(checkFacts(changes));
}

/** The item; throws where it was not checked. */
export function itemIn(changes: FactChanges, id: CheckItemId): CheckItem {
  const found = checkOf(changes).items.find((item) => item.id === id);
  if (found === undefined) throw new Error(`${id} was not checked`);
  return found;
}

/** `fail: sentence; sentence`. */
export function said(changes: FactChanges, id: CheckItemId): string {
  const { result, evidence } = itemIn(changes, id);
  return `${result}: ${evidence.join('; ')}`;
}

/** The items that do not pass, as `id result`. */
export function openItems(changes: FactChanges = {}): readonly string[] {
  return checkOf(changes)
    .items.filter(({ result }) => result !== 'pass')
    .map(({ id, result }) => `${id} ${result}`);
}
