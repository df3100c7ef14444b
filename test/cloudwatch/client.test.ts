// What is checked before a look: region and credentials, each complaint one sentence that names the
// variable.

import type { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { checkAccess, openCloudWatch } from '../../src/cloudwatch/client.ts';
import { ConfigError } from '../../src/errors.ts';
import { region } from '../support/cloudwatch-server.ts';
import { stubAws } from './aws-environment.ts';

const signal = new AbortController().signal;
const opened: CloudWatch[] = [];

async function check(
  changes: Readonly<Record<string, string | undefined>>,
  configured: string | null = null,
): Promise<string | readonly string[]> {
  stubAws('http://127.0.0.1:9', changes);
  const cloudWatch = await openCloudWatch({ region: configured });
  opened.push(cloudWatch);
  try {
    return await checkAccess(cloudWatch, process.env, signal);
  } catch (error) {
    if (error instanceof ConfigError) return error.complaints;
    throw error;
  }
}

afterEach(() => {
  vi.unstubAllEnvs();
  for (const cloudWatch of opened.splice(0)) cloudWatch.destroy();
});

describe('access', () => {
  test('everything there -> the region, from AWS_REGION', async () => {
    expect(await check({})).toBe(region);
  });

  test('the configuration goes before AWS_REGION', async () => {
    expect(await check({}, 'eu-central-1')).toBe('eu-central-1');
  });

  test.each([
    [
      'no region',
      { AWS_REGION: undefined },
      ['CloudWatch needs a region: set metrics.region in the configuration, or AWS_REGION'],
    ],
    [
      'only AWS_DEFAULT_REGION',
      { AWS_REGION: undefined, AWS_DEFAULT_REGION: 'us-west-2' },
      [
        'CloudWatch needs a region: set metrics.region in the configuration, or AWS_REGION (AWS_DEFAULT_REGION is set, but the AWS SDK for JavaScript does not read it)',
      ],
    ],
    [
      'a region that is none',
      { AWS_REGION: 'us-east-1 ' },
      ['AWS_REGION is not the name of a region, such as us-west-2'],
    ],
    [
      'no credentials',
      { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined },
      [
        'CloudWatch needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give this machine a role',
      ],
    ],
    [
      'half a key pair',
      { AWS_SECRET_ACCESS_KEY: '' },
      ['CloudWatch needs credentials: AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not'],
    ],
    [
      'the other half',
      { AWS_ACCESS_KEY_ID: undefined },
      ['CloudWatch needs credentials: AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not'],
    ],
    [
      'a profile that is not there',
      { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_PROFILE: 'nobody' },
      ['CloudWatch needs credentials: the profile that AWS_PROFILE names has none that could be loaded'],
    ],
  ])('%s -> one sentence that names the variable', async (_name, changes, complaints) => {
    expect(await check(changes)).toEqual(complaints);
  });

  test('both missing -> both complaints at once', async () => {
    expect(await check({ AWS_REGION: undefined, AWS_SECRET_ACCESS_KEY: undefined })).toHaveLength(2);
  });
});
