// A check for CI servers: JUnit XML with one case per item. What is unknown is an error: it is no
// pass. Pure.

import type { CheckItem, CheckResult } from '../domain/checklist.ts';
import { displayName, displayText } from './display.ts';
import { element, renderXml, type XmlElement } from './xml.ts';

const endings = { fail: 'failure', unknown: 'error' } as const;

export function renderCheckJunit({ items, notChecked, report, conclusion }: CheckResult): string {
  const { startedAt, finishedAt } = report.run;
  const time = ((finishedAt.getTime() - startedAt.getTime()) / 1000).toFixed(3);
  const numbers = {
    tests: items.length + notChecked.length,
    failures: items.filter(({ result }) => result === 'fail').length,
    errors: items.filter(({ result }) => result === 'unknown').length,
    skipped: notChecked.length,
  };
  const suite = element(
    'testsuite',
    { name: 'check', ...numbers, time, timestamp: startedAt.toISOString().slice(0, 19) },
    [
      ...items.map((item) => caseOf(item.id, endingOf(item))),
      ...notChecked.map(({ id, why }) => caseOf(id, [element('skipped', { message: displayText(why, true) })])),
      element('system-out', {}, [conclusion]),
    ],
  );
  const name = `splitbrain ${displayName(report.environment, true)}`;
  return renderXml(element('testsuites', { name, ...numbers, time }, [suite]));
}

function caseOf(name: string, children: readonly XmlElement[]): XmlElement {
  return element('testcase', { name, classname: 'splitbrain.check', time: '0.000' }, children);
}

function endingOf({ result, evidence, remedy }: CheckItem): readonly XmlElement[] {
  if (result === 'pass') return [];
  const [message = result, ...others] = evidence.map((sentence) => displayText(sentence, true));
  const lines = [message, ...others, ...(remedy === null ? [] : [`-> ${displayText(remedy, true)}`])];
  return [element(endings[result], { message }, [lines.join('\n')])];
}
