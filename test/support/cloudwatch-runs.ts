// Runs of the built program with CloudWatch: the stand-in, and the environment in which a child
// process finds it.

import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { type CloudWatchServer, region, startCloudWatch } from './cloudwatch-server.ts';
import { runSplitbrain, type SplitbrainOptions, type SplitbrainRun } from './splitbrain.ts';

/** Of a child process: dummy credentials, no profile, no metadata address. */
export function awsVariables(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL_CLOUDWATCH: url,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

export interface CloudWatchRuns {
  readonly server: CloudWatchServer;
  readonly scratch: Scratch;
  readonly env: Readonly<Record<string, string>>;
  /** Any command; `changes` to the environment, where an empty value takes the variable away. */
  run(
    words: readonly string[],
    options?: SplitbrainOptions & { readonly changes?: Readonly<Record<string, string>> },
  ): Promise<SplitbrainRun>;
  /** Of every PutMetricData so far, in order: name to value, without the dimension `Proxy`. */
  metricsSent(): readonly Readonly<Record<string, number>>[];
  stop(): Promise<void>;
}

interface Datum {
  readonly MetricName: string;
  readonly Value: number;
}

export async function startCloudWatchRuns(): Promise<CloudWatchRuns> {
  const server = await startCloudWatch();
  const scratch = makeScratch();
  const env = awsVariables(server.url);
  return {
    server,
    scratch,
    env,
    run: (words, { changes = {}, ...options } = {}) => {
      const wanted = Object.entries({ ...env, ...changes }).filter(([, value]) => value !== '');
      return runSplitbrain(words, { ...options, env: Object.fromEntries(wanted) });
    },
    metricsSent: () =>
      server.calls
        .filter(({ op }) => op === 'PutMetricData')
        .map(({ body }) =>
          Object.fromEntries((body.MetricData as readonly Datum[]).map(({ MetricName, Value }) => [MetricName, Value])),
        ),
    stop: async () => {
      await server.close();
      scratch.clear();
    },
  };
}
