// CloudWatch for one command: opened and checked before anything else is asked, closed however the
// command ends.

import type { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { checkAccess, type OpenOptions, openCloudWatch } from './client.ts';

/** CloudWatch in one region. */
export interface Access {
  readonly cloudWatch: CloudWatch;
  readonly region: string;
}

/** The environment that the SDK reads, and the end of the run. */
export interface AccessContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/**
 * Runs `body` with CloudWatch. Throws ConfigError before `body` where region or credentials are
 * missing, one sentence for each.
 */
export async function withAccess<T>(
  options: OpenOptions,
  { env, signal }: AccessContext,
  body: (access: Access) => Promise<T>,
): Promise<T> {
  const cloudWatch = await openCloudWatch(options);
  try {
    return await body({ cloudWatch, region: await checkAccess(cloudWatch, env, signal) });
  } finally {
    // Idle connections would keep the process alive.
    cloudWatch.destroy();
  }
}
