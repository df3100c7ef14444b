// Why an HTTP request got no answer, in a sentence for people. Pure.

import type { CensusTrouble } from '../domain/census.ts';

/** What Node says where it does not trust a certificate (OpenSSL's names). */
const CERTIFICATE = /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|CERT_.*)$/;

/** `remedy` is what to look at where nobody answers. */
export function unreached(url: string, error: unknown, remedy: string): CensusTrouble {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = code || (error instanceof Error ? error.message : String(error));
  if (code === 'ECONNREFUSED') {
    return { code: 'refused', message: `${url} refused the connection: nobody listens there.`, remedy };
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { code: 'unknown-host', message: `The host name in ${url} could not be resolved.`, remedy };
  }
  if (code === 'ETIMEDOUT' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') {
    return { code: 'timeout', message: `${url} could not be reached over the network (${code}).`, remedy };
  }
  if (CERTIFICATE.test(code)) {
    return {
      code: 'tls',
      message: `${url}: its certificate is not signed by a CA that Node knows, or has expired (${code}).`,
      remedy: 'Set NODE_EXTRA_CA_CERTS=/path/to/ca.pem, or renew the certificate.',
    };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      code: 'tls',
      message: `${url}: its certificate is for another name.`,
      remedy: 'Write the name of the certificate in the URL.',
    };
  }
  if (/^(?:ERR_SSL_|EPROTO)/.test(code)) {
    return { code: 'tls', message: `${url} does not speak TLS.`, remedy: 'Write http:// in the URL.' };
  }
  if (code.startsWith('HPE_')) {
    return { code: 'wrong-shape', message: `${url} does not answer in HTTP (${code}).`, remedy };
  }
  if (why === 'aborted' || code === 'ECONNRESET') {
    return {
      code: 'closed-early',
      message: `${url} closed the connection before its answer was complete.`,
      remedy: 'Look whether that server restarted or crashed, then run again.',
    };
  }
  return { code: 'reset', message: `The connection to ${url} broke (${why}).`, remedy };
}
