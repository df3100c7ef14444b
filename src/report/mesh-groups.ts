// What is wrong with the mesh itself, by kind; short, because all other proxies report one dead
// proxy.

import { type MeshFinding, meshFindingKinds } from '../domain/finding.ts';
import type { RunReport } from '../domain/run-report.ts';
import { count, fillText, type Page } from './page.ts';
import { meshKindWords } from './words.ts';

const shownPerKind = 5;

/** The lines; what the line of a proxy shows already is left out. */
export function meshLines(report: RunReport, page: Page): string[] {
  const { paint, width } = page;
  const statuses = new Map<string, string>(report.proxies.map((proxy) => [proxy.name, proxy.status]));
  const told = (finding: MeshFinding) => finding.proxy !== null && statuses.get(finding.proxy) === finding.kind;
  const untold = report.meshFindings.filter((finding) => !told(finding));
  // What matters most is the first of all findings; its kind stands first.
  const kinds = new Set([...untold.slice(0, 1).map(({ kind }) => kind), ...meshFindingKinds]);
  return [...kinds].flatMap((kind) => {
    const findings = untold.filter((finding) => finding.kind === kind);
    if (findings.length === 0) return [];
    const rest = findings.length - shownPerKind;
    return [
      ...fillText(`(${count(findings.length)}) ${meshKindWords[kind]}`, { width, first: `  ${paint.yellow(kind)} ` }),
      ...findings.slice(0, shownPerKind).flatMap((finding) => findingLines(finding, page)),
      ...(rest > 0 ? [paint.dim(`    and ${count(rest)} more`)] : []),
    ];
  });
}

function findingLines({ proxy, peer, because }: MeshFinding, page: Page): string[] {
  const ends = [proxy, peer].filter((name) => name !== null);
  // Most sentences name their proxies already.
  if (ends.every((name) => says(because, name))) {
    return fillText(page.text(because), { width: page.width, first: '    ' });
  }
  const where = ends.map((name) => page.name(name, 30)).join(` ${page.arrow} `);
  return fillText(page.text(because), { width: page.width, first: `    ${page.paint.bold(where)}  ` });
}

/** Whether a sentence names a proxy: as a whole word, not as a part of another name. */
function says(sentence: string, name: string): boolean {
  const literal = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w.:-])${literal}(?![\\w:-])`).test(sentence);
}
