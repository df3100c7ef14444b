// The report for CI servers: JUnit XML with one case per proxy, per kind of finding and per kind of
// mesh finding, so that they show trends.

import {
  type CountsByKind,
  type FindingKind,
  findingKinds,
  isDisagreement,
  type MeshFindingKind,
  meshFindingKinds,
} from '../domain/finding.ts';
import { remainingAfter } from '../domain/remaining.ts';
import type { RunReport } from '../domain/run-report.ts';
import type { ProxyView } from '../domain/view.ts';
import { displayName, displayText } from './display.ts';
import { nameShards, namesIn } from './shard-names.ts';
import { causeWords, kindWords, meshKindWords } from './words.ts';
import { element, renderXml, type XmlElement } from './xml.ts';

/**
 * The result of a case. CI servers call a build unstable for a failure or an error, so those go
 * with the exit code. `skipped` was found but does not change the verdict, or could not be judged.
 */
interface CaseResult {
  readonly kind: 'passed' | 'failure' | 'error' | 'skipped';
  readonly message: string;
  readonly lines: readonly string[];
}

interface Case {
  readonly name: string;
  readonly seconds: number;
  readonly ending: CaseResult;
}

/** The most names and sentences per case. */
const SHOWN = 10;

const passed: CaseResult = { kind: 'passed', message: '', lines: [] };

/** The document. Its length depends on proxies and kinds, not on findings. */
export function renderJunit(report: RunReport): string {
  const remaining = remainingAfter(report);
  const suites: [string, readonly Case[]][] = [
    ['proxies', report.proxies.map(proxyCase)],
    ['conferences', findingKinds.map((kind) => findingCase(kind, report, remaining))],
    ['mesh', meshFindingKinds.map((kind) => meshCase(kind, report))],
    ...(report.heal === null ? [] : [['heal', [healCase(report)]] as [string, readonly Case[]]]),
  ];
  const { startedAt, finishedAt } = report.run;
  return renderXml(
    element(
      'testsuites',
      {
        name: `splitbrain ${displayName(report.environment, true)}`,
        ...numbers(suites.flatMap(([, cases]) => cases)),
        time: seconds(finishedAt.getTime() - startedAt.getTime()),
      },
      suites.map(([name, cases]) =>
        element(
          'testsuite',
          { name, ...numbers(cases), time: seconds(0), timestamp: startedAt.toISOString().slice(0, 19) },
          cases.map((each) => caseElement(each, `splitbrain.${name}`)),
        ),
      ),
    ),
  );
}

function numbers(cases: readonly Case[]): Readonly<Record<string, number>> {
  const of = (kind: CaseResult['kind']) => cases.filter(({ ending }) => ending.kind === kind).length;
  return { tests: cases.length, failures: of('failure'), errors: of('error'), skipped: of('skipped') };
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

function caseElement({ name, seconds: time, ending }: Case, classname: string): XmlElement {
  const { kind, message, lines } = ending;
  const end = kind === 'passed' ? [] : [element(kind, { message }, lines.length === 0 ? [] : [lines.join('\n')])];
  return element('testcase', { name, classname, time: time.toFixed(3) }, end);
}

function proxyCase({ name, status, trouble, collect }: ProxyView): Case {
  const said = trouble === null ? [] : [displayText(trouble.message, true), displayText(trouble.remedy, true)];
  const ending: CaseResult =
    status === 'ok'
      ? passed
      : { kind: status === 'locked' ? 'skipped' : 'error', message: said[0] ?? status, lines: [status, ...said] };
  return { name: displayName(name, true), seconds: collect.milliseconds / 1000, ending };
}

function findingCase(kind: FindingKind, report: RunReport, remaining: CountsByKind): Case {
  return { name: kind, seconds: 0, ending: findingEnding(kind, report, remaining[kind]) };
}

function findingEnding(kind: FindingKind, report: RunReport, left: number): CaseResult {
  if (left > 0) {
    return {
      kind: isDisagreement(kind) ? 'failure' : 'skipped',
      message: `${left} conferences ${kindWords[kind]}`,
      lines: report.findings.tallies
        .filter((tally) => tally.kind === kind)
        .flatMap((tally) => tallyLines(tally, report)),
    };
  }
  if (report.verdict !== 'incomplete') return passed;
  return { kind: 'skipped', message: 'not judged: the view is incomplete', lines: [] };
}

function tallyLines(
  tally: RunReport['findings']['tallies'][number],
  { findings, shards }: RunReport,
): readonly string[] {
  const nameOf = namesIn(shards);
  const shown = findings.first(tally, SHOWN);
  return [
    `${tally.count} found${tally.cause === null ? '' : `: ${causeWords[tally.cause]} (${tally.cause})`}`,
    ...shown.map(
      ({ conference, because }) =>
        `  ${displayName(conference, true)}${because === '' ? '' : `: ${displayText(nameShards(because, nameOf), true)}`}`,
    ),
    ...(tally.count > shown.length ? [`  and ${tally.count - shown.length} more`] : []),
  ];
}

function meshCase(kind: MeshFindingKind, { meshFindings, shards }: RunReport): Case {
  const found = meshFindings.filter((finding) => finding.kind === kind);
  const nameOf = namesIn(shards);
  const lines = found.slice(0, SHOWN).map(({ because }) => displayText(nameShards(because, nameOf), true));
  const more = found.length > SHOWN ? [`and ${found.length - SHOWN} more`] : [];
  const ending: CaseResult =
    found.length === 0
      ? passed
      : { kind: 'skipped', message: `${found.length}: ${meshKindWords[kind]}`, lines: [...lines, ...more] };
  return { name: kind, seconds: 0, ending };
}

function healCase({ heal, shards }: RunReport): Case {
  const name = 'heal';
  if (heal === null || (heal.failed === 0 && heal.refusals.length === 0)) return { name, seconds: 0, ending: passed };
  const { planned, verified, failed, refusals } = heal;
  const lines = refusals
    .slice(0, SHOWN)
    .map(({ reason, because }) => `refused, ${reason}: ${displayText(nameShards(because, namesIn(shards)), true)}`);
  const more = refusals.length > SHOWN ? [`and ${refusals.length - SHOWN} more`] : [];
  const message = `${verified} of ${planned} healed, ${failed} did not hold, ${refusals.length} refusals`;
  const isKeptOut = refusals.some(({ reason, key }) => reason === 'locked' && key === null);
  return { name, seconds: 0, ending: { kind: isKeptOut ? 'skipped' : 'failure', message, lines: [...lines, ...more] } };
}
