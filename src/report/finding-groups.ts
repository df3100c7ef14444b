// The findings for people: by kind and cause, the first few conferences of each, and what to do
// next.

import stringWidth from 'string-width';
import { type Finding, isDisagreement, type Route } from '../domain/finding.ts';
import type { Proposal, RunReport, Tally } from '../domain/run-report.ts';
import { decodedName } from './decoded-name.ts';
import { nextStep } from './next-step.ts';
import { count, counted, enumerate, fill, fillText, type Page, padTo } from './page.ts';
import { causeWords, kindWords } from './words.ts';

const conferencesShown = 3;
const proxiesShown = 2;
const longestName = 60;
/**
 * With fewer columns, the proxies' routes start on their own line instead of beside a long name.
 */
const leastColumnsBeside = 36;
const deepIndent = 6;
/** `[` + the longest IPv6 address + `]:65535`. */
const addressColumns = 47;
const longestShardName = 40;

/** One block of lines per tally. Reads only the first few findings of the list. */
export function findingGroups(report: RunReport, page: Page): string[][] {
  return report.findings.tallies.filter((tally) => tally.count > 0).map((tally) => groupLines(tally, report, page));
}

function groupLines(tally: Tally, report: RunReport, page: Page): string[] {
  const { paint, width } = page;
  const findings = report.findings.first(tally, conferencesShown);
  const rest = tally.count - findings.length;
  return [
    ...headingLines(tally, page),
    ...conferenceLines(findings, report, page),
    ...(rest > 0 ? [paint.dim(`  and ${count(rest)} more`)] : []),
    ...reasonLines(findings, page),
    ...fillText(nextStep(tally, report.meshFindings, page), { width, first: `  ${page.arrow} ` }),
  ];
}

function headingLines(tally: Tally, page: Page): string[] {
  const words = `${counted(tally.count, 'conference')} ${kindWords[tally.kind]}`;
  const why = tally.cause === null ? '' : `: ${causeWords[tally.cause]}`;
  const label = tally.cause === null ? tally.kind : `${tally.kind}, ${tally.cause}`;
  return fillText(`${words}${why} (${label})`, { width: page.width, first: '', paint: page.paint.bold });
}

function conferenceLines(findings: readonly Finding[], { proposal, shards }: RunReport, page: Page): string[] {
  const { paint, width } = page;
  const shardNames = new Map(shards.map(({ address, name }) => [address, name]));
  const names = findings.map((finding) => page.name(spokenName(finding.conference), Math.min(longestName, width - 2)));
  const nameColumns = Math.max(0, ...names.map((name) => stringWidth(name)));
  const beside = width - nameColumns - 4 >= leastColumnsBeside;
  return findings.flatMap((finding, index) => {
    const says = [...positions(finding, shardNames, page), ...decisionOn(finding, proposal, { shardNames, page })];
    const name = names[index]!;
    if (beside) return fill(says, width, `  ${paint.cyan(padTo(name, nameColumns))}  `);
    return [`  ${paint.cyan(name)}`, ...fill(says, width, ' '.repeat(deepIndent))];
  });
}

/** Adds the decoded name to one that is percent-encoded, as in URLs. */
function spokenName(conference: string): string {
  const decoded = decodedName(conference);
  return decoded === null ? conference : `${conference} = ${decoded}`;
}

/** The routes and their proxies, the largest group first: pieces for `fill`. */
function positions(finding: Finding, shardNames: ReadonlyMap<string, string | null>, page: Page): string[] {
  const parties = new Map<string, string[]>();
  for (const route of finding.routes) {
    const claim = claimOf(finding, route, { shardNames, page });
    const proxies = parties.get(claim);
    if (proxies) proxies.push(route.proxy);
    else parties.set(claim, [route.proxy]);
  }
  const bySize = [...parties].sort(([claimA, a], [claimB, b]) => b.length - a.length || (claimA < claimB ? -1 : 1));
  if (finding.absentOn.length > 0) bySize.push(['absent', [...finding.absentOn]]);
  return bySize.flatMap(([claim, proxies], index) => [
    ...(index === 0 ? [] : [page.paint.dim('|')]),
    page.paint.bold(claim),
    ...`on ${enumerate(
      proxies.map((proxy) => page.name(proxy, 30)),
      proxiesShown,
    )}`.split(' '),
  ]);
}

/** The names of shards by address, and the page. */
interface ShardWords {
  readonly shardNames: ReadonlyMap<string, string | null>;
  readonly page: Page;
}

/** What a heal would do about it: pieces for `fill`. */
function decisionOn(finding: Finding, proposal: Proposal | null, { shardNames, page }: ShardWords): string[] {
  const decision = isDisagreement(finding.kind) ? proposal?.decisions.get(finding.key) : undefined;
  if (!decision) return [];
  const says =
    'winner' in decision
      ? `heal: ${page.name(shardNames.get(decision.winner) ?? decision.winner, addressColumns)} (${decision.policy})`
      : `heal refuses (${decision.refusal})`;
  return [page.paint.dim(page.arrow), ...says.split(' ').map((word) => page.paint.dim(word))];
}

/**
 * Where a proxy sends the conference; where that is unknown or contradictory, what its entry holds.
 */
function claimOf(
  finding: Finding,
  { shard, why, serverId, serverKey }: Route,
  { shardNames, page }: ShardWords,
): string {
  const key = serverKey === null || serverKey === shard ? '' : `, key ${page.name(serverKey, addressColumns)}`;
  const entry = `(id ${serverId}${key})`;
  if (shard === null) return `no known shard ${entry}`;
  const name = shardNames.get(shard) ?? null;
  const called = name === null ? '' : `${page.name(name, longestShardName)} `;
  const address = `${called}${page.name(shard, addressColumns)}`;
  const claim = finding.kind === 'mixed' ? `${address} ${entry}` : address;
  return why === null ? claim : `${claim} (${why}, not followed)`;
}

/** The reasons; most conferences of one tally have the same. */
function reasonLines(findings: readonly Finding[], page: Page): string[] {
  const reasons = new Set(findings.map((finding) => finding.because).filter((because) => because !== ''));
  return [...reasons].flatMap((because) =>
    fillText(page.text(because), { width: page.width, first: '  because ', paint: page.paint.dim }),
  );
}
