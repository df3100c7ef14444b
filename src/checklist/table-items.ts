// The table: there on every proxy, declared alike, holding the same, with room left.

import { spreadOver } from '../analysis/spread.ts';
import type { CheckItem, CheckItemId } from '../domain/checklist.ts';
import type { ProxyView } from '../domain/view.ts';
import { type Checked, type CheckFacts, notChecked, sentencesOf } from './check-facts.ts';
import { counted, itemOf } from './item.ts';

/**
 * Tables that are dumped one after the other under traffic differ by what came and went meanwhile:
 * by this share of the fullest, or by so many entries.
 */
const TOLERANCE = 0.05;
const TOLERATED_ENTRIES = 10;
/**
 * With less than this share of the fullest table, a proxy has lost its entries or never had them.
 */
const FAR_FEWER = 0.5;

const IDS = ['table', 'entries', 'emptied', 'fill-level'] as const satisfies readonly CheckItemId[];

export function tableItems(facts: CheckFacts): readonly Checked[] {
  const having = facts.report.proxies.filter(({ table }) => table !== null);
  if (facts.rules.withoutTable) {
    const unexpected = having.map(({ name }) => `${name} has a table ${facts.report.table}`);
    const why = 'no table is shared (--without-table)';
    if (unexpected.length === 0) return IDS.map((id) => notChecked(id, why));
    const remedy = 'Check without --without-table.';
    const item = itemOf('table', { fails: unexpected, holds: [], remedy });
    return [item, ...IDS.slice(1).map((id) => notChecked(id, why))];
  }
  return [tableItem(facts), entriesItem(facts), emptiedItem(facts), fillItem(facts)];
}

function tableItem(facts: CheckFacts): CheckItem {
  const { proxies, table } = facts.report;
  const lacking = proxies.filter(({ status }) => status === 'no-table');
  const isNowhere = lacking.length === proxies.length && proxies.length > 0;
  const [first] = proxies.flatMap((view) => view.table ?? []);
  return itemOf('table', {
    fails: [
      ...(isNowhere ? [] : lacking.map(({ name, trouble }) => `${name}: ${trouble?.message ?? 'no table'}`)),
      ...sentencesOf(facts, 'not-sticky', 'table-drift'),
    ],
    gaps: isNowhere ? [`no proxy has a table ${table}`] : unreadGaps(facts),
    holds: [
      `table ${table} is there everywhere, declared alike${first ? `: type ${first.type}, size ${first.size}` : ''}`,
    ],
    remedy: 'Declare the table alike on every proxy (type, len, size, expire, store, peers), and reload.',
    gapRemedy: isNowhere
      ? 'Give the table its name (--table NAME). Where the mesh shares none (cookies only), say so: --without-table.'
      : 'Look at `reachable` first.',
  });
}

/** A table that could not be read, or not in full. */
function unreadGaps({ report }: CheckFacts): readonly string[] {
  const unread = report.proxies.filter(({ status }) => status !== 'ok');
  return unread.length === 0 ? [] : [`${unread.map(({ name }) => name).join(', ')} could not be read in full`];
}

interface Held {
  readonly name: string;
  readonly entries: number;
}

function heldBy(views: readonly ProxyView[]): readonly Held[] {
  return views.flatMap(({ name, status, table }) =>
    status === 'ok' && table !== null ? [{ name, entries: table.entries }] : [],
  );
}

/** While new proxies join, not one entry may lack: then they are safe to take traffic. */
function entriesItem(facts: CheckFacts): CheckItem {
  const { report, rules } = facts;
  const held = heldBy(report.proxies);
  const most = Math.max(0, ...held.map(({ entries }) => entries));
  const tolerated = Math.max(TOLERATED_ENTRIES, Math.floor(most * TOLERANCE));
  const spread = spreadOver(report.proxies);
  const { missing } = report.counts.byKind;
  // The tolerance covers half of a few entries. There, conferences have to be missing too.
  const isFar = (entries: number) => missing > 0 && entries < most * FAR_FEWER;
  const lacking = rules.profile === 'after-scale-up' && missing > 0;
  return itemOf('entries', {
    fails:
      spread.length > 0
        ? []
        : [
            ...(lacking
              ? [`${counted(missing, 'conference')} ${missing === 1 ? 'is' : 'are'} missing on ${absentOn(facts)}`]
              : []),
            ...held
              .filter(({ entries }) => most - entries > tolerated || isFar(entries))
              .map(({ name, entries }) => `${name} holds ${entries} entries, the fullest holds ${most}`),
          ],
    gaps: [
      ...unreadGaps(facts),
      ...(spread.length > 0 ? ['the table is spread over its peers (`shards`), so that no proxy holds all of it'] : []),
    ],
    holds: [most === 0 ? 'no proxy holds an entry' : heldWords(held)],
    remedy: 'Fill the proxies that lack entries before they take traffic: `splitbrain fill`.',
    gapRemedy:
      spread.length > 0 ? 'There is nothing to compare in such a mesh.' : 'Look at `reachable` and `table` first.',
  });
}

/** Up to so many findings say where entries lack: all of them may be a whole table. */
const SAMPLE = 100;

function absentOn({ report: { findings } }: CheckFacts): string {
  const names = new Set(
    findings.tallies
      .filter(({ kind }) => kind === 'missing')
      .flatMap((tally) => findings.first(tally, SAMPLE).flatMap((finding) => finding.absentOn)),
  );
  return names.size === 0 ? 'some proxies' : [...names].join(', ');
}

function heldWords(held: readonly Held[]): string {
  const numbers = held.map(({ entries }) => entries);
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return least === most ? `${most} entries on each proxy` : `${least} to ${most} entries on each proxy`;
}

/** Not by age: a proxy that missed its resync stays empty with every link up, however old it is. */
function emptiedItem(facts: CheckFacts): CheckItem {
  const { report } = facts;
  const held = heldBy(report.proxies);
  const most = Math.max(0, ...held.map(({ entries }) => entries));
  const isSpread = spreadOver(report.proxies).length > 0;
  // In a table of a few entries one that has just come is half of it: the second look decides.
  const isCertain = most > TOLERATED_ENTRIES || report.counts.byKind.missing > 0;
  const far = isSpread || !isCertain ? [] : held.filter(({ entries }) => entries < most * FAR_FEWER);
  const named = new Set(far.map(({ name }) => name));
  const others = report.meshFindings.filter(({ kind, proxy }) => kind === 'emptied' && !named.has(proxy ?? ''));
  return itemOf('emptied', {
    fails: [
      ...far.map(({ name, entries }) => `${name} holds ${entries} of ${most} entries: it lost them, or never got them`),
      ...others.map(({ proxy, because }) => `${proxy}: ${because}`),
    ],
    gaps: unreadGaps(facts),
    holds: ['no proxy lost its entries'],
    remedy:
      'Keep traffic away from it and fill it: `splitbrain fill`. Links that are up do not mend it: it asked for the table in its first 5 s only.',
    gapRemedy: 'Look at `reachable` and `table` first.',
  });
}

function fillItem(facts: CheckFacts): CheckItem {
  const tables = facts.report.proxies.flatMap(({ table }) => (table === null || table.size === 0 ? [] : [table]));
  const fullest = Math.max(0, ...tables.map(({ used, size }) => used / size));
  return itemOf('fill-level', {
    fails: sentencesOf(facts, 'table-nearly-full'),
    gaps: unreadGaps(facts),
    holds: [`the fullest table is ${percent(fullest)} full`],
    remedy: 'Raise `size` of the table on every proxy alike: a full table throws out entries that are in use.',
    gapRemedy: 'Look at `reachable` and `table` first.',
  });
}

function percent(share: number): string {
  const rounded = Math.floor(share * 1000) / 10;
  return `${rounded} %`;
}
