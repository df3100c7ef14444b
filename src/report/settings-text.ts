// What a configuration means, in a few lines: the values in force, defaults included, without a
// secret. Pure.

import type { CensusSettings } from '../domain/census.ts';
import type { NotifySettings } from '../domain/notification.ts';
import type { HealSettings } from '../domain/plan.ts';
import { spellEndpoint } from '../domain/proxy.ts';
import type { ProxySource, Settings } from '../domain/settings.ts';
import { displayText } from './display.ts';

export function renderSettings(settings: Settings, unicode: boolean): string {
  const { environment, table, backends, proxies, ssh, confirm, metrics, history } = settings;
  const rows: readonly (readonly [string, string])[] = [
    ['mesh', `${environment}, table ${table}`],
    ['backends', backends === null ? "those that the table's entries lead to" : backends.join(', ')],
    ['proxies', sourceWords(proxies.source)],
    ['expect', expectWords(proxies.expected)],
    ...(proxies.ignorePeers.length === 0 ? [] : [['outside', proxies.ignorePeers.join(', ')] as const]),
    ['ssh', sshWords(ssh)],
    ['looks', `${confirm.reads}, ${confirm.settleMs / 1000} s apart`],
    ['heal', consentWords(settings.heal)],
    ['limits', limitWords(settings.heal)],
    ['winner', settings.heal.winner.join(', then ')],
    ['journal', settings.heal.journal],
    ['census', settings.census === null ? 'none: people are not counted' : censusWords(settings.census)],
    ['discovery', discoveryWords(settings)],
    ['metrics', metrics.configured ? `to CloudWatch, namespace ${metrics.namespace}` : 'none are sent'],
    ['messages', settings.notify === null ? 'none are sent' : notifyWords(settings.notify)],
    ['history', history.folder === null ? 'not kept' : history.folder],
  ];
  return rows.map(([name, words]) => `  ${name.padEnd(9)}  ${displayText(words, unicode)}\n`).join('');
}

function sourceWords(source: ProxySource): string {
  switch (source.kind) {
    case 'list':
      return source.proxies.map(({ name, endpoint }) => `${name} ${spellEndpoint(endpoint)}`).join(', ');
    case 'peers':
      return `the peers of ${source.of.map(spellEndpoint).join(', ')}; the others by ${source.endpoint}`;
    case 'ansible':
      return `group ${source.group} of ${source.inventory}`;
    case 'consul':
      return `service ${source.service} at ${source.url}`;
    case 'command':
      return `what ${source.run[0]} prints`;
  }
}

function expectWords(expected: Settings['proxies']['expected']): string {
  if (expected === null) return 'any number: a proxy that is missing from the source is not noticed';
  const { min, max } = expected;
  return `${min === max ? min : `${min} to ${max}`}: fewer make the view incomplete, more refuse a heal`;
}

function sshWords({ client, agentSocket, privateKey, knownHosts, via }: Settings['ssh']): string {
  const login = [
    ...(agentSocket === null ? [] : ['agent']),
    ...(privateKey === null ? [] : [`key ${privateKey.path}`]),
  ];
  const way = via.kind === 'socat' && via.sudo ? 'sudo socat' : via.kind;
  if (client.kind === 'openssh') return `the system's ssh, via ${way}`;
  return `${login.length === 0 ? 'no agent and no key' : login.join(' and ')}, hosts of ${knownHosts.path}, via ${way}`;
}

function consentWords({ consented }: HealSettings): string {
  return consented
    ? 'allowed without a question to monitor --heal and remediate --heal'
    : 'only with its question: there is no heal section';
}

function limitWords({ maxConferences, maxRatio, maxRatioFloor }: HealSettings): string {
  const percent = Number((maxRatio * 100).toFixed(2));
  return `one heal changes at most ${maxConferences} conferences, and ${percent}% of all (or ${maxRatioFloor})`;
}

function censusWords({ source, domain }: CensusSettings): string {
  return `from ${source.kind}, rooms of ${domain}`;
}

/** The URL is a secret, and its host alone says enough. */
function notifyWords({ url, on, format, names }: NotifySettings): string {
  const { host } = new URL(url);
  return `to ${host} in the form ${format}, on ${on.join(' and ')}, ${names ? 'with' : 'without'} names of conferences`;
}

function discoveryWords({ discovery }: Settings): string {
  if (discovery === null) return 'none: nothing is compared with what ought to be';
  const { consul, file, maps } = discovery;
  return `${consul?.url ?? file ?? 'the proxies among themselves'}; maps ${maps.live}, ${maps.tenant}`;
}
