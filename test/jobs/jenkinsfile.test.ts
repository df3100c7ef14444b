// The Jenkinsfile, compiled and run by Debian's groovy: every exit code to its build result, what
// is archived, and words that stay words.

import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { type Interpreter, lacking, pathWith, startGroovy } from '../support/jenkins-tools.ts';

const project = fileURLToPath(new URL('../../', import.meta.url));
const runner = join(project, 'test/jobs/run-jenkinsfile.groovy');

/**
 * Stands for node: writes down its words, leaves the files of a run, and ends as the test demands.
 */
const STAND_IN = `#!/bin/sh
for word; do printf '%s\\n' "$word"; done >words
env | sort >environment
if [ "$LEAVES" != nothing ]; then
  printf 'SPLIT  1 of 2 conferences is split\\n  across shards\\n\\n  PROXY\\n' >out/summary.txt
  touch out/report.json out/junit.xml out/run.journal.jsonl
fi
exit "$ENDS"
`;

interface Built {
  readonly result: string;
  readonly description: string;
  readonly events: readonly string[];
  readonly archived: readonly string[];
}

describe.skipIf(lacking('groovy', 'groovy default-jre-headless') !== null)('the Jenkinsfile', () => {
  let groovy: Interpreter;
  let scratch: Scratch;
  let workspace: string;
  let bin: string;
  beforeAll(() => {
    groovy = startGroovy(runner);
  });
  afterAll(() => groovy.stop());
  beforeEach(() => {
    scratch = makeScratch();
    workspace = join(scratch.folder, 'workspace');
    bin = join(scratch.folder, 'bin');
    for (const folder of [bin, join(workspace, 'scripts'), join(workspace, 'out')])
      mkdirSync(folder, { recursive: true });
    writeFileSync(join(workspace, 'scripts/prepare.sh'), '');
    writeFileSync(join(workspace, 'out/of-the-run-before'), '');
    writeFileSync(join(bin, 'node'), STAND_IN, { mode: 0o755 });
  });
  afterEach(() => scratch.clear());

  /** A build of the file, or why Jenkins would not take it. */
  const runFile = async (
    file: string,
    parameters: object,
    environment: Readonly<Record<string, string>> = {},
    first = bin,
  ) =>
    (await groovy.ask({
      file,
      workspace,
      parameters,
      environment: { ...environment, PATH: pathWith(first) },
    })) as Partial<Built> & { readonly refused?: string };

  async function build(parameters: object, ends = 0, leaves = 'everything'): Promise<Built> {
    const built = await runFile(join(project, 'Jenkinsfile'), parameters, { ENDS: String(ends), LEAVES: leaves });
    expect(built.refused).toBeUndefined();
    return built as Built;
  }
  const words = () => readFileSync(join(workspace, 'words'), 'utf8').trimEnd().split('\n');
  const config = (environment: string) => ['--config', `jobs/environments/${environment}.yaml`, '--out', 'out'];

  test.each([
    [0, 'SUCCESS'],
    [2, 'UNSTABLE'],
    [3, 'UNSTABLE'],
    [1, 'FAILURE'],
    [4, 'FAILURE'],
    [64, 'FAILURE'],
    [143, 'FAILURE'],
  ])(
    'exit %i -> %s; summary, report, JUnit and journal of this run archived, the verdict told',
    async (ends, result) => {
      const built = await build({ TASK: 'monitor', ENVIRONMENT: 'prod', HEAL: true }, ends);
      expect([built.result, built.description, built.archived]).toEqual([
        result,
        'SPLIT  1 of 2 conferences is split   across shards',
        ['out/junit.xml', 'out/report.json', 'out/run.journal.jsonl', 'out/summary.txt'],
      ]);
      expect(built.events).toEqual(
        expect.arrayContaining(['lock haproxy-state-prod', `sh ${ends}`, 'junit out/junit.xml']),
      );
    },
  );

  test('a run that leaves nothing -> FAILURE, which the description says', async () => {
    const { result, description, archived } = await build({ TASK: 'monitor' }, 1, 'nothing');
    expect([result, description, archived]).toEqual(['FAILURE', 'no verdict: exit 1', []]);
  });

  test('no parameters -> the dry run, which gets no key to AWS', async () => {
    const { events } = await build({});
    expect(words()).toEqual(['dist/jobs/report.js', ...config('staging')]);
    expect(events.filter((event) => event.startsWith('credential'))).toEqual([
      'credential haproxy-ssh',
      'credential haproxy-known-hosts',
    ]);
  });

  const stated = (events: readonly string[], name: string) => events.find((event) => event.includes(`name:${name},`));

  test.each([
    ['splitbrain-monitor-stage-8x8', 'monitor', 'stage-8x8', 'cron [H/5 * * * *]'],
    ['splitbrain-remediate-prod', 'remediate', 'prod', 'cron []'],
    ['splitbrain-report-prod', 'report', 'prod', 'cron []'],
    ['somebody-s-own-job', 'report', 'staging', 'cron []'],
    ['', 'report', 'staging', 'cron []'],
  ])('the job %j -> task %s on %s by default, %s; healing is off', async (name, task, mesh, cron) => {
    const { events } = await build({ JOB_BASE_NAME: name });
    expect(words().slice(0, 3)).toEqual([`dist/jobs/${task}.js`, '--config', `jobs/environments/${mesh}.yaml`]);
    expect(words()).not.toContain('--heal');
    expect(stated(events, 'TASK')).toContain(`choices:[${task}, `);
    expect(stated(events, 'ENVIRONMENT')).toContain(`defaultValue:${mesh},`);
    expect(stated(events, 'HEAL')).toContain('defaultValue:false,');
    expect(events).toContain(cron);
  });

  test('a mesh that is named as healing -> HEAL is on by default for its scheduled and alarmed runs, and for no other', async () => {
    const text = readFileSync(join(project, 'Jenkinsfile'), 'utf8');
    expect(text).toContain('healing = []');
    const path = scratch.file('Jenkinsfile', text.replace('healing = []', "healing = ['prod']"));
    const healsByDefault = async (name: string) => {
      const { events } = await runFile(path, { JOB_BASE_NAME: name }, { ENDS: '0', LEAVES: 'everything' });
      return stated(events ?? [], 'HEAL')?.includes('defaultValue:true');
    };
    const names = ['monitor-prod', 'remediate-prod', 'report-prod', 'monitor-staging'];
    const healing: unknown[] = [];
    for (const name of names) healing.push(await healsByDefault(`splitbrain-${name}`));
    expect(healing).toEqual([true, true, false, false]);
  });

  test('a mesh with a webhook -> its secret text for every task, and for no other mesh', async () => {
    const text = readFileSync(join(project, 'Jenkinsfile'), 'utf8');
    expect(text).toContain('webhooks = [:]');
    const path = scratch.file('Jenkinsfile', text.replace('webhooks = [:]', "webhooks = ['stage-8x8': 'slack-stage']"));
    const boundFor = async (TASK: string, ENVIRONMENT: string) => {
      await runFile(path, { TASK, ENVIRONMENT }, { ENDS: '0', LEAVES: 'everything' });
      const said = readFileSync(join(workspace, 'environment'), 'utf8');
      return /^SLACK_WEBHOOK=(.*)$/m.exec(said)?.[1];
    };
    // The configuration names the variable: a report without it would be bad usage.
    expect(await boundFor('report', 'stage-8x8')).toBe('secret-of-slack-stage');
    expect(await boundFor('monitor', 'stage-8x8')).toBe('secret-of-slack-stage');
    expect(await boundFor('monitor', 'prod')).toBeUndefined();
  });

  test('monitor -> --heal by the parameter only; keys by credential', async () => {
    await build({ TASK: 'monitor', ENVIRONMENT: 'prod', HEAL: false });
    expect(words()).toEqual(['dist/jobs/monitor.js', ...config('prod')]);
    await build({ TASK: 'monitor', ENVIRONMENT: 'prod', HEAL: true });
    expect(words()).toEqual(['dist/jobs/monitor.js', ...config('prod'), '--heal']);
    const environment = readFileSync(join(workspace, 'environment'), 'utf8');
    expect(environment).toContain('AWS_SECRET_ACCESS_KEY=secret-of-aws-cloudwatch');
    expect(environment).toContain('SSH_KEY_FILE=secret-of-haproxy-ssh');
  });

  test('remediate -> the event goes into a file as it came, or the name is given', async () => {
    const event = '{"AlarmName":"$(touch owned) `touch owned` \'; touch owned; \\" é"}';
    const { archived } = await build({
      TASK: 'remediate',
      ENVIRONMENT: 'prod',
      HEAL: true,
      ALARM_EVENT: event,
      ALARM_NAME: '',
    });
    expect(words()).toEqual(['dist/jobs/remediate.js', ...config('prod'), '--heal', '--alarm-event', 'out/event.json']);
    expect(readFileSync(join(workspace, 'out/event.json'), 'utf8')).toBe(event);
    expect(archived).toContain('out/event.json');
    await build({ TASK: 'remediate', ALARM_EVENT: '', ALARM_NAME: 'Split Brain prod split"; touch owned' });
    expect(words()).toEqual([
      'dist/jobs/remediate.js',
      ...config('staging'),
      '--alarm-name',
      'Split Brain prod split"; touch owned',
    ]);
    expect(existsSync(join(workspace, 'owned'))).toBe(false);
  });

  test.each([
    [0, 'SUCCESS'],
    [2, 'FAILURE'],
    [3, 'FAILURE'],
    [4, 'FAILURE'],
  ])('gate, exit %i -> %s, under the lock of the mesh and without a key to AWS', async (ends, result) => {
    mkdirSync(join(workspace, 'jobs'));
    const gate = 'printf \'%s|\' "$FILL" "$EXPECT" "$@" >gate-words; touch out/check-after.json; exit $ENDS';
    writeFileSync(join(workspace, 'jobs/gate.sh'), gate);
    const words = { PROXIES: 'hap-d  * $(touch owned)', EXPECT: '6; touch owned' };
    const built = await build({ TASK: 'gate', ENVIRONMENT: 'prod', HEAL: true, ...words }, ends);
    expect([built.result, built.archived]).toEqual([result, ['out/check-after.json']]);
    expect(built.events).toContain('lock haproxy-state-prod');
    expect(built.events.filter((event) => event.includes('aws'))).toEqual([]);
    const said = readFileSync(join(workspace, 'gate-words'), 'utf8');
    expect(said).toBe('yes|6; touch owned|jobs/environments/prod.yaml|out|hap-d|*|$(touch|owned)|');
    expect(existsSync(join(workspace, 'owned'))).toBe(false);
    await build({ TASK: 'gate', ENVIRONMENT: 'prod', HEAL: false, PROXIES: '', EXPECT: '' }, ends);
    expect(readFileSync(join(workspace, 'gate-words'), 'utf8')).toBe('no||jobs/environments/prod.yaml|out|');
  });

  test('gate waits for the lock', async () => {
    expect((await build({ TASK: 'gate', locked: true })).events).toContain('lock haproxy-state-staging');
  });

  test.each(['./staging', '..', 'staging\n', '$(touch owned)"; touch owned; "', 'a'.repeat(101)])(
    'ENVIRONMENT %j, which is no name of a mesh -> FAILURE; no lock, no program, no old file archived',
    async (name) => {
      const { result, events, archived } = await build({ TASK: 'monitor', ENVIRONMENT: name });
      expect([result, archived]).toEqual(['FAILURE', []]);
      expect(events).toContainEqual(expect.stringMatching(/^FAILURE: ENVIRONMENT is no name of a mesh/));
      expect(events.filter((event) => /^(lock|checkout|credential)/.test(event))).toEqual([]);
      expect([existsSync(join(workspace, 'words')), existsSync(join(workspace, 'owned'))]).toEqual([false, false]);
    },
  );

  test('a job whose own name leads nowhere, and a task that is none -> FAILURE', async () => {
    expect((await build({ JOB_BASE_NAME: 'splitbrain-report-../prod' })).result).toBe('FAILURE');
    const { result, events } = await build({ TASK: '../main' });
    expect([result, events]).toEqual([
      'FAILURE',
      expect.arrayContaining(['FAILURE: TASK is none of report, monitor, remediate, gate']),
    ]);
  });

  test('scripts/prepare.sh fails, or the checkout -> FAILURE; no file of the build before is archived', async () => {
    writeFileSync(join(workspace, 'out/junit.xml'), 'of the run before');
    writeFileSync(join(workspace, 'scripts/prepare.sh'), 'exit 3');
    const prepared = await build({ TASK: 'monitor' });
    expect([prepared.result, prepared.archived]).toEqual(['FAILURE', []]);
    expect(prepared.events).toContain('junit out/junit.xml');
    mkdirSync(join(workspace, 'out'));
    writeFileSync(join(workspace, 'out/summary.txt'), 'of the run before');
    const unreached = await build({ TASK: 'monitor', checkoutFails: true });
    expect([unreached.result, unreached.archived]).toEqual(['FAILURE', []]);
  });

  test('somebody holds the lock -> a periodic run is skipped, any other waits for it', async () => {
    const skipped = await build({ TASK: 'monitor', locked: true });
    expect([skipped.result, skipped.description, existsSync(join(workspace, 'words'))]).toEqual([
      'SUCCESS',
      'not run: haproxy-state-staging was locked',
      false,
    ]);
    expect((await build({ TASK: 'remediate', locked: true })).events).toContain('lock haproxy-state-staging');
  });

  test('one build of a job at a time, within a time limit', async () => {
    const { events } = await build({});
    expect(events).toEqual(
      expect.arrayContaining(['disableConcurrentBuilds []', 'timeout [[time:10, unit:MINUTES]]', 'checkout [scm]']),
    );
  });

  test('with the built program: {p1: nobody answers} -> UNSTABLE, and its own files', async () => {
    symlinkSync(join(project, 'dist'), join(workspace, 'dist'));
    mkdirSync(join(workspace, 'jobs/environments'), { recursive: true });
    const mesh = 'environment: lab\nproxies: { list: [{ name: p1, endpoint: "unix:///run/nobody.sock" }] }\n';
    writeFileSync(join(workspace, 'jobs/environments/lab.yaml'), mesh);
    const built = await runFile(join(project, 'Jenkinsfile'), { ENVIRONMENT: 'lab' }, {}, '/usr/bin');
    expect(built).toMatchObject({
      result: 'UNSTABLE',
      description: expect.stringMatching(/^INCOMPLETE {2}1 of 1 proxy could not be read in full/),
      archived: [
        'out/html/index.html',
        'out/html/splitbrain.css',
        'out/junit.xml',
        'out/report.json',
        'out/summary.txt',
      ],
    });
  });

  test.each([
    ['a section misspelt', 'options {', 'optoins {', 'Unknown pipeline section or step'],
    ['an option misspelt', 'disableConcurrentBuilds()', 'disableConcurentBuilds()', 'Unknown options section or step'],
    ['a step misspelt', 'archiveArtifacts(', 'archiveArtefacts(', 'Unknown steps section or step'],
    ['a brace too few', 'pipeline {', 'pipeline', 'Jenkins would not take this'],
  ])('%s is found: the stand-in is no rubber stamp', async (_, right, wrong, said) => {
    const text = readFileSync(join(project, 'Jenkinsfile'), 'utf8');
    expect(text).toContain(right);
    const built = await runFile(scratch.file('Jenkinsfile', text.replace(right, wrong)), {}, { ENDS: '0' });
    expect(built).toEqual({ refused: expect.stringContaining(said) });
  });
});
