// The job definitions, rendered by Jenkins Job Builder: four jobs a mesh, their parameters and
// triggers.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { lacking, runTool } from '../support/jenkins-tools.ts';

const definitions = fileURLToPath(new URL('../../jobs/jenkins-jobs.yaml', import.meta.url));

describe.skipIf(lacking('jenkins-jobs', 'jenkins-job-builder') !== null)('jenkins-jobs test', () => {
  let scratch: Scratch;
  beforeEach(() => {
    scratch = makeScratch();
  });
  afterEach(() => scratch.clear());

  /** By name: the job as Jenkins would get it. */
  function render(path: string): ReadonlyMap<string, string> {
    const out = join(scratch.folder, 'jobs');
    const { exitCode, stderr } = runTool(['jenkins-jobs', 'test', path, '--config-xml', '-o', out]);
    expect([exitCode, exitCode === 0 ? '' : stderr]).toEqual([0, '']);
    return new Map(readdirSync(out).map((name) => [name, readFileSync(join(out, name, 'config.xml'), 'utf8')]));
  }

  const namesIn = (xml: string) =>
    [...xml.matchAll(/ParameterDefinition>\s*<name>([^<]+)<\/name>/g)].map((match) => match[1]);

  test('four jobs, named for one task and one mesh each, one build at a time; only the periodic one has a timer', () => {
    const jobs = render(definitions);
    expect([...jobs.keys()].sort()).toEqual([
      'splitbrain-gate-staging',
      'splitbrain-monitor-staging',
      'splitbrain-remediate-staging',
      'splitbrain-report-staging',
    ]);
    for (const xml of jobs.values()) {
      expect(xml).toContain('<scriptPath>Jenkinsfile</scriptPath>');
      expect(xml).toContain('DisableConcurrentBuildsJobProperty');
    }
    const [gate, monitor, remediate, report] = [...jobs].sort().map(([, xml]) => xml);
    // The webhook needs its parameter before the first build; every other one comes from the
    // Jenkinsfile.
    expect([gate, monitor, remediate, report].map((xml) => namesIn(xml!))).toEqual([
      ['HEAL', 'PROXIES', 'EXPECT'],
      [],
      ['ALARM_EVENT', 'ALARM_NAME'],
      [],
    ]);
    const jenkinsfile = readFileSync(new URL('../../Jenkinsfile', import.meta.url), 'utf8');
    for (const name of [...namesIn(remediate!), ...namesIn(gate!)]) expect(jenkinsfile).toContain(`(name: '${name}'`);
    expect(
      [monitor, remediate, report, gate].map(
        (xml) => /<hudson.triggers.TimerTrigger>\s*<spec>([^<]+)</.exec(xml!)?.[1],
      ),
    ).toEqual([/cron\(task == 'monitor' \? '([^']+)' : ''\)/.exec(jenkinsfile)?.[1], undefined, undefined, undefined]);
  });

  test('the webhook puts the whole body into ALARM_EVENT, guarded by a credential; no token stands in the file', () => {
    const xml = render(definitions).get('splitbrain-remediate-staging')!;
    expect(xml).toMatch(
      /<org.jenkinsci.plugins.gwt.GenericTrigger[\s\S]*<key>ALARM_EVENT<\/key>\s*<value>\$<\/value>[\s\S]*<tokenCredentialId>splitbrain-webhook</,
    );
    expect(xml).not.toContain('<token>');
  });

  test('a further mesh is a further line', () => {
    const text = readFileSync(definitions, 'utf8');
    expect(text).toContain('      - staging\n');
    const more = text.replace('      - staging\n', '      - staging\n      - stage-8x8\n');
    const jobs = render(scratch.file('jobs.yaml', more));
    expect(jobs.size).toBe(8);
    expect(jobs.has('splitbrain-monitor-stage-8x8')).toBe(true);
  });

  test('a component that there is none of is found', () => {
    const wrong = readFileSync(definitions, 'utf8').replace('- timed:', '- timmed:');
    const { exitCode, stderr } = runTool(['jenkins-jobs', 'test', scratch.file('jobs.yaml', wrong)]);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('timmed')]);
  });
});
