// The SDK's client for CloudWatch, with settings under which nothing hangs; AWS's faults as values.
// The SDK is loaded on demand.

import type { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { ConfigError } from '../errors.ts';

/**
 * Why AWS did not do what was asked. `denied`: credentials or permissions. `rejected`: the request
 * is wrong.
 */
type AwsTroubleCode = 'denied' | 'throttled' | 'unreachable' | 'timeout' | 'interrupted' | 'rejected' | 'unreadable';

/** A fault of AWS as a value: one sentence, with a remedy where one is known. */
export interface AwsTrouble {
  readonly trouble: AwsTroubleCode;
  readonly because: string;
}

/** Whether the answer is a fault. */
export function isAwsTrouble<T extends object>(answer: T | AwsTrouble): answer is AwsTrouble {
  return 'trouble' in answer;
}

/** The variable that silences the SDK's warning about Node's version. */
const NODE_VERSION_WARNING = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/** How CloudWatch is called. */
export interface OpenOptions {
  /** `null`: the SDK's own chain (AWS_REGION, then the profile). */
  readonly region: string | null;
  /**
   * Tries of one call. Three tries take about a second when throttled; many calls in a row need
   * more.
   */
  readonly maxAttempts?: number;
}

/**
 * Makes the client without connecting. Endpoint (AWS_ENDPOINT_URL_CLOUDWATCH) and credentials come
 * from the SDK's own chain. Call `destroy()` at the end: idle connections keep the process alive.
 */
export async function openCloudWatch({ region, maxAttempts = 3 }: OpenOptions): Promise<CloudWatch> {
  // SDK 3.1162 warns on Node 20 that its versions from 2027 on will need Node 22. The version here
  // is pinned, and package.json's `engines` names the tested versions of Node.
  process.env[NODE_VERSION_WARNING] ??= 'true';
  const sdk = await import('@aws-sdk/client-cloudwatch');
  return new sdk.CloudWatch({
    ...(region === null ? {} : { region }),
    maxAttempts,
    retryMode: 'standard',
    // SDK 3.1162: requestTimeout alone only prints a warning, and does not cover a body that
    // stalls; the socket's timeout does.
    requestHandler: {
      connectionTimeout: 2_000,
      requestTimeout: 5_000,
      throwOnRequestTimeout: true,
      socketTimeout: 5_000,
    },
  });
}

/**
 * Calls AWS before a deadline (milliseconds). Resolves to the answer or to AWS's fault; rejects
 * only for defects of this program.
 */
export async function askAws<T extends object>(
  call: (options: { abortSignal: AbortSignal }) => Promise<T>,
  { deadlineMs, signal }: { readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<T | AwsTrouble> {
  const controller = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, deadlineMs);
  const interrupt = () => controller.abort();
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    return await call({ abortSignal: controller.signal });
  } catch (error) {
    if (late) return { trouble: 'timeout', because: `CloudWatch did not answer within ${deadlineMs} ms` };
    if (signal.aborted) return { trouble: 'interrupted', because: 'the run was interrupted' };
    if (isDefect(error as SdkError)) throw error;
    return troubleOf(error as SdkError);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', interrupt);
  }
}

// The SDK names errors by their shape or, where that is not modelled, by a header: one fault has
// several names.
const denials = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'NotAuthorized',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);
const throttles = new Set(['Throttling', 'ThrottlingException', 'TooManyRequestsException']);

interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Whether the error is a defect of this program or of the SDK, and not of AWS or the network. */
function isDefect({ name, code, $metadata }: SdkError): boolean {
  return /^(Type|Reference|Range)Error$/.test(name) && code === undefined && $metadata === undefined;
}

function troubleOf({ name, message, code, $metadata }: SdkError): AwsTrouble {
  const status = $metadata?.httpStatusCode;
  const said = `${name}: ${firstLine(message)}`;
  if (denials.has(name) || status === 401 || status === 403) return { trouble: 'denied', because: said };
  if (throttles.has(name) || status === 429) return { trouble: 'throttled', because: said };
  // Also where a web proxy answered with an HTML page.
  if (name === 'SyntaxError') {
    return {
      trouble: 'unreadable',
      because:
        'what answered is not CloudWatch, or its answer was cut short: check the endpoint and any HTTP proxy before it',
    };
  }
  if (name === 'TimeoutError')
    return { trouble: 'timeout', because: `CloudWatch did not answer in time (${firstLine(message)})` };
  if (status !== undefined && status >= 400)
    return { trouble: status >= 500 ? 'unreachable' : 'rejected', because: said };
  const why = code === undefined || message.includes(code) ? firstLine(message) : `${firstLine(message)}, ${code}`;
  return { trouble: 'unreachable', because: `the connection to CloudWatch failed (${why})` };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.slice(0, 300);
}

/**
 * Milliseconds. The chain may ask the metadata address, which answers nothing outside of AWS: the
 * SDK gives up after about 2 s.
 */
const CREDENTIALS_DEADLINE_MS = 15_000;

/**
 * Checks before the look that region and credentials exist; AWS is not asked. Resolves to the
 * region. Throws ConfigError with one sentence for each that is missing.
 */
export async function checkAccess(
  cloudWatch: CloudWatch,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<string> {
  const options = { deadlineMs: CREDENTIALS_DEADLINE_MS, signal };
  const region = await askAws(async () => ({ name: await cloudWatch.config.region() }), options);
  const credentials = await askAws(({ abortSignal }) => orAbort(cloudWatch.config.credentials(), abortSignal), options);
  const complaints = [
    ...(isAwsTrouble(region) ? [missingRegion(env)] : []),
    ...(isAwsTrouble(credentials) ? [missingCredentials(env)] : []),
  ];
  signal.throwIfAborted();
  if (isAwsTrouble(region) || complaints.length > 0) throw new ConfigError(complaints);
  return region.name;
}

/** Needed because the SDK's credential chain takes no signal. */
function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error('aborted'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function missingRegion(env: Readonly<Record<string, string | undefined>>): string {
  const ignored = env.AWS_DEFAULT_REGION
    ? ' (AWS_DEFAULT_REGION is set, but the AWS SDK for JavaScript does not read it)'
    : '';
  return env.AWS_REGION
    ? `AWS_REGION is not the name of a region, such as us-west-2${ignored}`
    : `CloudWatch needs a region: set metrics.region in the configuration, or AWS_REGION${ignored}`;
}

function missingCredentials(env: Readonly<Record<string, string | undefined>>): string {
  const [id, secret] = [env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY];
  if (id && !secret) return 'CloudWatch needs credentials: AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not';
  if (secret && !id) return 'CloudWatch needs credentials: AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is not';
  if (env.AWS_PROFILE)
    return `CloudWatch needs credentials: the profile that AWS_PROFILE names has none that could be loaded`;
  return 'CloudWatch needs credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give this machine a role';
}
