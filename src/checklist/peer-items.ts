// Whether the table travels between every two proxies, as both ends say.

import type { CheckItem } from '../domain/checklist.ts';
import type { PeerMatrix, PeerSight } from '../domain/peer-matrix.ts';
import { type Checked, type CheckFacts, notChecked, sentencesOf } from './check-facts.ts';
import { counted, itemOf } from './item.ts';

const NO_TABLE = 'no table is shared (--without-table)';

export function peerItems(facts: CheckFacts, matrix: PeerMatrix): readonly Checked[] {
  if (facts.rules.withoutTable)
    return (['peer-links', 'peer-names', 'peer-errors'] as const).map((id) => notChecked(id, NO_TABLE));
  return [linksItem(facts, matrix), namesItem(facts, matrix), errorsItem(facts, matrix)];
}

const wrong: Readonly<Partial<Record<PeerSight, string>>> = {
  deaf: 'connected, and this table does not travel',
  down: 'down',
  never: 'never up since it started',
};

/** Both ends are asked: after a cut, one of them may go on to say that all is well. */
function linksItem(facts: CheckFacts, { columns, rows }: PeerMatrix): CheckItem {
  const own = facts.report.proxies.length;
  const pairs = (own * (own - 1)) / 2;
  const fails = rows.flatMap(({ proxy, cells }) =>
    cells.flatMap(({ sight }, column) => {
      const word = wrong[sight];
      return word === undefined ? [] : [`${proxy} -> ${columns[column]!.name}: ${word}`];
    }),
  );
  return itemOf('peer-links', {
    fails,
    gaps: unknownRows(facts, { columns, rows }),
    holds: [
      pairs === 0
        ? 'one proxy has no link'
        : `${counted(pairs, 'pair')} of proxies linked both ways, and the table travels`,
    ],
    remedy:
      'Check the peers port and the firewall between the two; "show peers" must say ESTA on both ends. Where a link is connected and the table does not travel, declare the table alike on both ends.',
    gapRemedy: 'Look at `reachable` and `table` first.',
  });
}

function unknownRows(facts: CheckFacts, { rows }: PeerMatrix): readonly string[] {
  const silent = rows.filter(
    ({ cells }) => cells.length > 1 && cells.every(({ sight }) => sight === 'unknown' || sight === 'self'),
  );
  const tableless = new Set(facts.report.proxies.filter(({ status }) => status === 'no-table').map(({ name }) => name));
  return silent.map(({ proxy }) =>
    tableless.has(proxy) ? `${proxy} has no table, so no peers of it` : `${proxy} did not tell its peers`,
  );
}

/** Every proxy is listed by every other, and nobody lists one that is gone. */
function namesItem(facts: CheckFacts, { columns, rows }: PeerMatrix): CheckItem {
  const unlisted = rows.flatMap(({ proxy, cells }) => {
    const names = columns.filter(({ isRead }, column) => isRead && cells[column]?.sight === 'unlisted');
    return names.length === 0 ? [] : [`${proxy} does not list ${names.map(({ name }) => name).join(', ')}`];
  });
  const gone = columns.flatMap(({ name, isRead }, column) => {
    const by = rows.filter(({ cells }) => cells[column]?.sight !== 'unlisted' && cells[column]?.sight !== 'unknown');
    return isRead || by.length === 0
      ? []
      : [`${by.map(({ proxy }) => proxy).join(', ')} lists ${name}, which was not read`];
  });
  const own = new Set(facts.report.proxies.map(({ name }) => name));
  const beyond = facts.report.meshFindings.filter(
    ({ kind, peer }) => kind === 'peer-unknown' && (peer === null || !own.has(peer)),
  );
  return itemOf('peer-names', {
    fails: [...unlisted, ...gone, ...beyond.map(({ because }) => because)],
    gaps: unknownRows(facts, { columns, rows }),
    holds: ['every proxy lists every other, and no more'],
    remedy:
      'List every proxy in the "peers" section of every other, take out those that are gone, and reload. A proxy that starts before the others list it stays empty.',
    gapRemedy: 'Look at `reachable` and `table` first.',
  });
}

function errorsItem(facts: CheckFacts, matrix: PeerMatrix): CheckItem {
  return itemOf('peer-errors', {
    fails: sentencesOf(facts, 'peer-errors'),
    gaps: unknownRows(facts, matrix),
    holds: ['no peer link counts a protocol error'],
    remedy: 'Look for two versions or two definitions of the table. The count starts again with a reload.',
    gapRemedy: 'Look at `reachable` and `table` first.',
  });
}
