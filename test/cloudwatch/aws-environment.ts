// The environment in which the real SDK talks to the stand-in: dummy credentials, no profile, no
// metadata address.

import { vi } from 'vitest';
import { region } from '../support/cloudwatch-server.ts';

/** `changes` set or, with `undefined`, unset variables. Ends with `vi.unstubAllEnvs()`. */
export function stubAws(url: string, changes: Readonly<Record<string, string | undefined>> = {}): void {
  const variables = {
    AWS_ENDPOINT_URL_CLOUDWATCH: url,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: undefined,
    AWS_PROFILE: undefined,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_SESSION_TOKEN: undefined,
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true',
    ...changes,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}
