// CloudWatch for the length of one command: opened and checked before anything else is asked, and
// closed however the command ends.

import type { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { checkAccess, type OpenOptions, openCloudWatch } from './client.ts';

export interface Access {
  readonly cloudWatch: CloudWatch;
  readonly region: string;
}

export interface AccessEdge {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * Throws ConfigError before `body` where region or credentials are missing, one sentence for each.
 */
export async function withAccess<T>(
  options: OpenOptions,
  { env, signal }: AccessEdge,
  body: (access: Access) => Promise<T>,
): Promise<T> {
  const cloudWatch = await openCloudWatch(options);
  try {
    return await body({ cloudWatch, region: await checkAccess(cloudWatch, env, signal) });
  } finally {
    // Idle connections would hold the process.
    cloudWatch.destroy();
  }
}
