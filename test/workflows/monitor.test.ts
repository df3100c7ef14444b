// The built program against a stand-in for CloudWatch: which event leads to a heal, a look or
// nothing, and what becomes of the metrics.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { metricDefinitions } from '../../src/cloudwatch/metrics.ts';
import { takeLease } from '../../src/heal/run-lock.ts';
import { systemClock } from '../../src/process/clock.ts';
import { alarmJson, eventBridgeEvent, snsEvent } from '../support/alarm-events.ts';
import { type BadProxy, startResetting } from '../support/bad-proxies.ts';
import { type CloudWatchRuns, startCloudWatchRuns } from '../support/cloudwatch-runs.ts';
import { arnOf, denied, throttled } from '../support/cloudwatch-server.ts';

const split = 'Split Brain prod split';
const page = 'Split Brain prod page';
/** A look says nothing of it; a heal does, also where it found nothing to heal. */
const wentToHeal = 'Nothing was written.';
const minutesAgo = (minutes: number) => Date.now() - minutes * 60_000;

let here: CloudWatchRuns;
/** Whoever asks it gets no answer, so that every look is incomplete: exit 3. */
let proxy: BadProxy;
beforeEach(async () => {
  [here, proxy] = await Promise.all([startCloudWatchRuns(), startResetting()]);
});
afterEach(async () => {
  await proxy.stop();
  await here.stop();
});

function config(sections: { readonly metrics?: string | null; readonly heal?: string | null } = {}): readonly string[] {
  const { metrics = '{}', heal = `{ journal: ${join(here.scratch.folder, 'journal')} }` } = sections;
  const text = [
    'environment: prod',
    `proxies: { list: [{ name: p1, endpoint: "tcp://127.0.0.1:${proxy.port}" }] }`,
    'confirm: { reads: 2, settle: 10ms }',
    'alarms: { actions: ["arn:aws:sns:us-east-1:123456789012:oncall"] }',
    ...(metrics === null ? [] : [`metrics: ${metrics}`]),
    ...(heal === null ? [] : [`heal: ${heal}`]),
    '',
  ].join('\n');
  return ['-c', here.scratch.file('splitbrain.yaml', text)];
}

describe('monitor', () => {
  test('{p1: nobody answers} -> exit 3, and every metric of the table is there, in one call', async () => {
    const { exitCode, stdout, stderr } = await here.run(['monitor', ...config()]);
    expect([exitCode, stdout]).toEqual([3, expect.stringMatching(/^INCOMPLETE /)]);
    // Log lines only: nothing of the SDK's on the version of Node.
    expect(stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'))).toEqual([]);
    expect(here.server.calls.map(({ op }) => op)).toEqual(['PutMetricData']);
    const [sent] = here.metricsSent();
    expect(Object.keys(sent!)).toEqual(metricDefinitions.map(({ name }) => name));
    expect(sent).toMatchObject({ monitor_hosts: 0, proxies_unreachable: 1, monitor_success: 0, heals_refused: 0 });
  });

  test('--heal while another run heals, and nothing to heal was seen -> the look, its metrics, no word of a refusal', async () => {
    const claim = {
      folder: join(here.scratch.folder, 'journal'),
      environment: 'prod',
      runId: 'other',
      what: 'healing',
    };
    const lease = await takeLease(claim, systemClock, new AbortController().signal);
    const { exitCode, stdout } = await here.run(['monitor', '--heal', ...config()]);
    expect([exitCode, here.metricsSent()]).toEqual([3, [expect.objectContaining({ heals_refused: 0 })]]);
    expect(stdout).not.toMatch(/refused/i);
    if ('release' in lease) lease.release();
  });

  test('the metrics cannot be put -> an error in the log, a note in summary and report, the exit code of the look', async () => {
    here.server.fault = () => throttled;
    const json = join(here.scratch.folder, 'report.json');
    const run = await here.run(['monitor', ...config(), '--json', json]);
    const said = 'the metrics were not sent: Throttling';
    expect([run.exitCode, run.stdout]).toEqual([3, expect.stringContaining(said)]);
    expect(here.server.calls).toHaveLength(3);
    expect(JSON.parse(readFileSync(json, 'utf8')).notes).toContainEqual(expect.stringContaining(said));
    const lines = run.stderr.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
    expect(lines.filter(({ level }) => level === 'error').map(({ event }) => event)).toEqual(['metrics-not-sent']);
  });

  test('the same where the run heals', async () => {
    here.server.fault = () => denied;
    const run = await here.run(['monitor', '--heal', ...config()]);
    expect([run.exitCode, run.stdout]).toEqual([3, expect.stringContaining('the metrics were not sent: AccessDenied')]);
    expect(run.stdout).toContain(wentToHeal);
  });

  test('--metrics print shows them and sends none, without any credentials', async () => {
    const changes = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_REGION: '' };
    const run = await here.run(['monitor', '--metrics', 'print', ...config()], { changes });
    expect([run.exitCode, run.stdout]).toEqual([
      3,
      expect.stringMatching(/^INCOMPLETE [\s\S]*\nHAProxy {2}proxies_unreachable +1 Count {2}Environment=prod\n/),
    ]);
    expect(here.server.calls).toEqual([]);
  });

  test('--metrics none, and no metrics section: nothing is sent; a section that is forgotten is told', async () => {
    const none = await here.run(['monitor', '--metrics', 'none', ...config()]);
    const forgotten = await here.run(['monitor', ...config({ metrics: null })]);
    const said = 'no metrics were sent: the configuration has no `metrics:` section';
    expect([none.exitCode, none.stdout.includes(said)]).toEqual([3, false]);
    expect([forgotten.exitCode, forgotten.stdout.includes(said)]).toEqual([3, true]);
    expect(here.server.calls).toEqual([]);
  });

  test('--junit writes XML beside the text', async () => {
    const path = join(here.scratch.folder, 'junit.xml');
    const run = await here.run(['monitor', ...config(), '--junit', path]);
    expect(run.stdout).toMatch(/^INCOMPLETE /);
    expect(readFileSync(path, 'utf8')).toMatch(
      /<testsuites [^>]*errors="1"[\s\S]*<testcase name="p1" classname="splitbrain.proxies"[^>]*>\s*<error /,
    );
  });
});

describe('what is missing is told before any proxy is asked: exit 64', () => {
  test.each([
    ['no region', { AWS_REGION: '' }, 'set metrics.region in the configuration, or AWS_REGION'],
    [
      'a region where the SDK does not look',
      { AWS_REGION: '', AWS_DEFAULT_REGION: 'us-east-1' },
      'AWS_DEFAULT_REGION is set, but',
    ],
    ['half a key pair', { AWS_SECRET_ACCESS_KEY: '' }, 'AWS_SECRET_ACCESS_KEY is not'],
    ['no credentials', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }, 'set AWS_ACCESS_KEY_ID and'],
  ])('%s', async (_what, changes, said) => {
    for (const words of [['monitor'], ['remediate', '--alarm-name', split]]) {
      const { exitCode, stdout, stderr } = await here.run([...words, ...config()], { changes });
      expect([exitCode, stdout, stderr]).toEqual([64, '', expect.stringContaining(said)]);
    }
    expect([proxy.accepted, here.server.calls]).toEqual([0, []]);
  });

  test.each([
    [['monitor', '--heal'], { heal: null }, 'no `heal:` section'],
    [['monitor', '--metrics', 'send'], { metrics: null }, 'no `metrics:` section'],
    [['monitor', '--metrics', 'print', '--json', '-'], {}, "in each other's way"],
    [['monitor', '--json', '-', '--junit', '-'], {}, 'both want standard output'],
    [['monitor', '--junit', '/no/such/folder/x'], {}, '--junit /no/such/folder/x: cannot be written'],
    [['remediate', '--alarm-name', split, '--heal'], { heal: null }, 'no `heal:` section'],
    [['remediate', '--alarm-name', split, '--max-age', '10'], {}, '--max-age 10: expected a duration'],
    [['remediate'], {}, 'which alarm?'],
    [['remediate', '--alarm-name', split, '--alarm-event', 'x'], {}, 'which alarm?'],
    [['remediate', '--alarm-event', '/no/such/event'], {}, '--alarm-event /no/such/event: cannot be read'],
  ])('%j', async (words, sections, said) => {
    const { exitCode, stderr } = await here.run([...words, ...config(sections)]);
    expect([exitCode, stderr]).toEqual([64, expect.stringContaining(said)]);
    expect([proxy.accepted, here.server.calls]).toEqual([0, []]);
  });
});

describe('remediate', () => {
  /** Our alarms, as the program puts them. */
  let ours: readonly Readonly<Record<string, unknown>>[];
  beforeAll(async () => {
    const maker = await startCloudWatchRuns();
    const words = ['environment: prod', 'proxies: { list: [{ name: p1, endpoint: "unix:///run/p1.sock" }] }'];
    const actions = 'alarms: { actions: ["arn:aws:sns:us-east-1:123456789012:oncall"] }';
    const file = maker.scratch.file('splitbrain.yaml', `${[...words, actions].join('\n')}\n`);
    expect((await maker.run(['alarms', 'apply', '-c', file])).exitCode).toBe(0);
    ours = [...maker.server.alarms.values()];
    await maker.stop();
  });
  beforeEach(() => {
    for (const alarm of ours) here.server.putByHand({ ...alarm, AlarmName: String(alarm.AlarmName) });
    here.server.setState(split, 'ALARM', minutesAgo(3));
    here.server.calls.length = 0;
  });

  const remediate = (event: string, ...words: readonly string[]) =>
    here.run(['remediate', '--heal', '--alarm-event', here.scratch.file('event.json', event), ...words, ...config()]);
  const asked = () => here.server.calls.map(({ op }) => op);

  test.each([
    ['an SNS envelope', () => snsEvent(split)],
    ['alarm JSON as raw delivery has it', () => alarmJson(split)],
    ['an EventBridge event', () => eventBridgeEvent(split)],
    ['a composite alarm', () => alarmJson(page, { AlarmRule: 'x', Trigger: undefined })],
  ])('%s of an alarm that is on and fresh -> a heal, and its metrics', async (_, event) => {
    here.server.setState(page, 'ALARM', minutesAgo(1));
    const { exitCode, stdout, stderr } = await remediate(event());
    expect([exitCode, stdout]).toEqual([3, expect.stringContaining('the alarm is on since')]);
    expect(stdout).toContain(wentToHeal);
    expect(stderr).toContain('"event":"remediation-decided","decision":"heal"');
    expect(asked()).toEqual(['DescribeAlarms', 'PutMetricData']);
    expect(here.metricsSent()).toMatchObject([{ proxies_unreachable: 1 }]);
  });

  test('by standard input, and by the name alone', async () => {
    const piped = await here.run(['remediate', '--heal', '--alarm-event', '-', ...config()], {
      stdin: snsEvent(split),
    });
    const named = await here.run(['remediate', '--heal', '--alarm-name', split, ...config()]);
    for (const { stdout } of [piped, named]) expect(stdout).toContain(wentToHeal);
    expect(here.metricsSent()).toHaveLength(2);
  });

  test('without --heal: a look, and words for it', async () => {
    const { exitCode, stdout } = await here.run(['remediate', '--alarm-name', split, ...config()]);
    expect([exitCode, stdout]).toEqual([3, expect.stringContaining('not healing: --heal was not given')]);
    expect(stdout).not.toContain(wentToHeal);
    expect(here.metricsSent()).toMatchObject([{ proxies_unreachable: 1 }]);
  });

  test.each([
    ['somebody else: a forged name', () => snsEvent('cpu high'), 'none of ours'],
    ['another environment', () => snsEvent('Split Brain stage split'), 'none of ours'],
    ['another region', () => snsEvent(split, { AlarmArn: arnOf(split).replace('us-east-1', 'eu-west-1') }), 'region'],
    ['another account', () => snsEvent(split, { AlarmArn: arnOf(split).replace(/\d{12}/, '9'.repeat(12)) }), 'account'],
    ['our name over a foreign ARN', () => snsEvent(split, { AlarmArn: arnOf('cpu high') }), 'ARN'],
  ])('%s -> refused: exit 4, no proxy asked, no metric', async (_, event, because) => {
    const { exitCode, stdout, stderr } = await remediate(event());
    expect([exitCode, stdout]).toEqual([4, expect.stringMatching(new RegExp(`^REFUSED {2}.*${because}`))]);
    expect([proxy.accepted, here.metricsSent()]).toEqual([0, []]);
    expect(stdout + stderr).not.toMatch(/cpu high|reboot/);
  });

  test.each([
    ['no JSON', 'ALARM $(reboot)'],
    ['JSON that is no event', '{"AlarmName":7}'],
    ['a subscription to be confirmed', '{"Type":"SubscriptionConfirmation","SubscribeURL":"https://example.org/"}'],
    ['longer than any event', JSON.stringify({ AlarmName: split, pad: 'x'.repeat(400_000) })],
  ])('%s -> unreadable: exit 64, nobody asked', async (_, event) => {
    const { exitCode, stdout, stderr } = await remediate(event);
    expect([exitCode, stdout, stderr]).toEqual([64, '', expect.stringMatching(/^splitbrain: --alarm-event .*event/)]);
    expect([proxy.accepted, asked()]).toEqual([0, []]);
  });

  test.each([
    [
      'forged: it never went on',
      () => here.server.setState(split, 'OK', minutesAgo(60)),
      'the alarm is not in ALARM any more',
    ],
    [
      'stale',
      () => here.server.setState(split, 'ALARM', minutesAgo(11)),
      'the alarm is on for 11 min, longer than 10 min',
    ],
    [
      'no permission to ask',
      () => {
        here.server.fault = ({ op }) => (op === 'DescribeAlarms' ? denied : null);
      },
      'CloudWatch could not be asked about the alarm (AccessDenied',
    ],
  ])('%s -> looks, does not heal, says so, and puts metrics', async (_, arrange, because) => {
    arrange();
    const { exitCode, stdout } = await remediate(snsEvent(split));
    expect(exitCode).toBe(3);
    expect(stdout.replace(/\s+/g, ' ')).toContain(`not healing: ${because}`);
    expect(proxy.accepted).toBeGreaterThan(0);
    expect(here.metricsSent()).toMatchObject([{ proxies_unreachable: 1 }]);
    expect(stdout).not.toContain(wentToHeal);
    // Not even the lock of a heal was taken.
    expect(existsSync(join(here.scratch.folder, 'journal'))).toBe(false);
  });

  test('--max-age bounds how long it may be on', async () => {
    expect((await remediate(snsEvent(split), '--max-age', '2m')).stdout).toContain('longer than 2 min');
    expect((await remediate(snsEvent(split), '--max-age', '4m')).stdout).toContain(wentToHeal);
  });

  test('replayed, after the alarm has cleared -> one more look', async () => {
    expect((await remediate(snsEvent(split))).stdout).toContain(wentToHeal);
    here.server.setState(split, 'OK', Date.now());
    const { exitCode, stdout } = await remediate(snsEvent(split));
    expect([exitCode, stdout]).toEqual([3, expect.stringContaining('not in ALARM any more')]);
    expect(stdout).not.toContain(wentToHeal);
  });
});
