// Rules for names that go on into commands, file names and logins.

import { isIPv4, isIPv6 } from 'node:net';

/**
 * The name of a proxy. It becomes a part of file names (snapshots) and of messages: no slash, no
 * space, no leading dot or dash.
 */
export function isProxyName(text: string): boolean {
  return /^[A-Za-z0-9_:][A-Za-z0-9_.:-]{0,252}$/.test(text);
}

/**
 * The name of a mesh. It becomes a part of file names (journals, locks), of a lock's name in
 * Jenkins, and of alarms' names. The Jenkinsfile has the same rule.
 */
export function isEnvironmentName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(text);
}

/**
 * The name of a table. The rule is HAProxy's for names of proxies; a table of a `peers` section is
 * called `section/table` (2.0+).
 */
export function isTableName(text: string): boolean {
  return /^[A-Za-z0-9_.:-]+(?:\/[A-Za-z0-9_.:-]+)?$/.test(text);
}

/**
 * A host name or an address, IPv6 without brackets. It goes into logins and into addresses of
 * programs on the way. So a leading dash (an option of `ssh`) and everything that a shell could
 * interpret are refused. A name of digits and dots must be an IPv4 address.
 */
export function isHost(text: string): boolean {
  if (text.includes(':')) return isIPv6(text) && /^[0-9A-Fa-f:.]+(?:%[A-Za-z0-9_.-]+)?$/.test(text);
  if (/^[\d.]+$/.test(text)) return isIPv4(text);
  return text.length <= 253 && /^[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?$/.test(text) && !text.includes('..');
}

/** A login name on a proxy's host. */
export function isUserName(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/.test(text);
}
