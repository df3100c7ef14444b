// What is wrong with conferences, and with their people.

import type { CheckItem } from '../domain/checklist.ts';
import { type FindingKind, findingKinds, kindRecords } from '../domain/finding.ts';
import { type Checked, type CheckFacts, notChecked } from './check-facts.ts';
import { counted, itemOf } from './item.ts';

/** Names of conferences in a sentence. */
const NAMED = 3;

const READ_ALL = 'Read every proxy in full: look at `reachable`, `proxies` and `table` first.';

const SPLIT_KINDS = findingKinds.filter((kind) => kindRecords[kind].isDisagreement && !kindRecords[kind].isByCensus);

export function conferenceItems(facts: CheckFacts): readonly Checked[] {
  const census = facts.sources.census ? facts.report.census : null;
  const why = facts.report.run.source === null ? 'there is no `census:` section' : 'saved dumps hold no census';
  const people = census === null ? notChecked('people', why) : peopleItem(facts);
  return [census === null ? notChecked('census', why) : censusItem(facts), ...tableKinds(facts), people];
}

function tableKinds(facts: CheckFacts): readonly Checked[] {
  if (facts.rules.withoutTable)
    return (['split-brain', 'orphaned', 'ambiguous'] as const).map((id) =>
      notChecked(id, 'no table is shared (--without-table)'),
    );
  const gaps = viewGaps(facts);
  return [
    itemOf('split-brain', {
      fails: sentencesFor(facts, SPLIT_KINDS),
      gaps,
      holds: [`${counted(facts.report.counts.conferences, 'conference')}, each on one shard wherever it is asked for`],
      remedy: '`splitbrain report` says why and shows what a heal would do; `splitbrain heal` heals.',
      gapRemedy: READ_ALL,
    }),
    itemOf('orphaned', {
      fails: sentencesFor(facts, ['orphaned']),
      gaps,
      holds: ['every entry leads to a shard that takes it'],
      remedy: 'Their next request is placed anew: look at the servers of the proxies (`server-states`).',
      gapRemedy: READ_ALL,
    }),
    ambiguousItem(facts, gaps),
  ];
}

/** Live proxies are asked whether the longest key fills the table's length; dumps do not tell. */
function ambiguousItem(facts: CheckFacts, gaps: readonly string[]): CheckItem {
  const { report, sources } = facts;
  const isUntold =
    report.run.source !== null &&
    !sources.knowsKeyLength &&
    report.proxies.every(({ table }) => table === null || table.keyLength === null);
  return itemOf('ambiguous', {
    fails: sentencesFor(facts, ['ambiguous']),
    gaps: [...gaps, ...(isUntold ? ['how long keys may be: dumps do not tell'] : [])],
    holds: ['no key fills the length of the table'],
    remedy: 'Raise `len` of the stick table on every proxy alike: longer names were cut to one key.',
    gapRemedy: isUntold ? 'Say it: `keyLength:` in the configuration.' : READ_ALL,
  });
}

/** Without disagreement an incomplete view is not agreement. */
function viewGaps({ report }: CheckFacts): readonly string[] {
  if (report.view === 'complete') return [];
  const { proxies, proxiesReporting } = report.counts;
  return [
    proxiesReporting < proxies
      ? `${proxiesReporting} of ${counted(proxies, 'proxy', 'proxies')} could be read in full`
      : 'the view is incomplete: there may be more',
  ];
}

/** One sentence for each kind that was found, with a few names and the causes. */
function sentencesFor({ report }: CheckFacts, kinds: readonly FindingKind[]): readonly string[] {
  return kinds.flatMap((kind) => {
    const count = report.counts.byKind[kind];
    if (count === 0) return [];
    const tallies = report.findings.tallies.filter((tally) => tally.kind === kind);
    const causes = tallies.flatMap(({ cause }) => cause ?? []);
    const names = tallies.flatMap((tally) => report.findings.first(tally, NAMED)).slice(0, NAMED);
    const more = count > names.length ? ` and ${count - names.length} more` : '';
    const because = causes.length > 0 ? ` (${[...new Set(causes)].join(', ')})` : '';
    const said = names.length === 0 ? '' : `: ${names.map(({ conference }) => conference).join(', ')}${more}`;
    return [`${count} ${kind}${because}${said}`];
  });
}

/** A shard that does not answer may have people: it is unknown, never empty. */
function censusItem({ report }: CheckFacts): CheckItem {
  const { shards, gaps, isWhole, rooms, participants } = report.census!;
  const silent = shards.filter(({ status }) => status === 'unanswered' || status === 'stale');
  const answered = shards.filter(({ status }) => status === 'ok').length;
  const open = [
    ...gaps.map(({ name, trouble }) => `${name}: ${trouble.message}`),
    ...silent.map(({ name, status, trouble }) => `${name}: ${trouble?.message ?? status}`),
  ];
  return itemOf('census', {
    fails: [],
    gaps: open.length === 0 && !isWhole ? ['not every shard answered'] : open,
    holds: [
      `${counted(answered, 'shard')} answered: ${counted(rooms, 'room')}, ${counted(participants, 'person', 'people')}`,
    ],
    remedy: (gaps[0]?.trouble ?? silent[0]?.trouble)?.remedy ?? '`splitbrain census` says which.',
  });
}

function peopleItem(facts: CheckFacts): CheckItem {
  const { report } = facts;
  const { isWhole, participantsApart } = report.census!;
  const apart =
    participantsApart > 0 ? [`${counted(participantsApart, 'person', 'people')} apart from their conference`] : [];
  const fails = sentencesFor(facts, ['misplaced', 'scattered'] satisfies readonly FindingKind[]);
  return itemOf('people', {
    fails: fails.length === 0 ? [] : [...fails, ...apart],
    gaps: isWhole ? [] : ['where the people of the shards are that did not answer'],
    holds: ['the people of each conference are on one shard, where its entries lead'],
    remedy: '`splitbrain census` says who is where; `splitbrain heal` leads every proxy to where most people are.',
    gapRemedy: 'Look at `census` first.',
  });
}
