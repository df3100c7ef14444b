// The last line of a text about a look: when, how often and how long it looked. Pure.

import type { RunReport } from '../domain/run-report.ts';
import { counted, fillText, type Page } from './page.ts';

export function lookFacts({ run }: RunReport, page: Page): string[] {
  const started = run.startedAt.toISOString().replace('T', ' ').slice(0, 19);
  const seconds = ((run.finishedAt.getTime() - run.startedAt.getTime()) / 1000).toFixed(1);
  const source = run.source === null ? 'live proxies' : `saved dumps in ${page.name(run.source, 120)}`;
  const facts = `${counted(run.looks, 'look')} at ${source}, ${started} UTC, ${seconds} s, run ${page.name(run.id)}, version ${page.name(run.version)}`;
  return fillText(facts, { width: page.width, first: '', paint: page.paint.dim });
}
