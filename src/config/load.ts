// Reads the configuration file into Settings, or reports every complaint at once.

import type { ProxySource, Settings } from '../domain/settings.ts';
import { ConfigError } from '../errors.ts';
import { type Complaint, isProblem, spellPath, spellProblem } from '../input/complaint.ts';
import { folderOf, type HostAccess, locateFile, locateProgram, readTextFile } from '../input/files.ts';
import { readDiscovery } from './discovery-section.ts';
import { type ConfigDocument, readDocument } from './document.ts';
import { deepFreeze } from './freeze.ts';
import { readHeal } from './heal-section.ts';
import { readHistorySection } from './history-section.ts';
import { normalise } from './normalise.ts';
import { parseWith } from './parse-with.ts';
import { checkRules } from './rules.ts';
import { type Configuration, configurationSchema, sshSection } from './schema.ts';
import { readLogin } from './ssh-login.ts';
import { nameWrongFile } from './wrong-file.ts';

const UNREAD = 'a configuration without complaints could not be read';

/**
 * Reads the configuration at `path`. Relative file names in it start at its folder. Throws
 * ConfigError with a line `file:line:column: name.of.the.value: what is wrong` per complaint, in
 * the file's order.
 */
export function loadSettings(path: string, host: HostAccess): Settings {
  const file = readTextFile(path, host);
  if (isProblem(file)) throw new ConfigError([`${path}:1:1: ${spellPath([])}: ${file.problem}`]);
  const document = readDocument(file.text, host.env);
  const wrongFile = nameWrongFile(file.text, document.tree);
  if (wrongFile !== null) throw new ConfigError([`${path}:1:1: ${spellPath([])}: ${wrongFile}`]);
  const settings = document.tree === undefined ? [] : judge(document, folderOf(path), host);
  if ('environment' in settings) return deepFreeze(settings);
  throw new ConfigError(inOrder([...document.complaints, ...settings], document, path));
}

/** The settings, or the complaints beyond the document's own. */
function judge(document: ConfigDocument, folder: string, host: HostAccess): Settings | readonly Complaint[] {
  const { tree } = document;
  const parsed = parseWith(configurationSchema, tree);
  const complaints = 'complaints' in parsed ? [...parsed.complaints] : [];
  complaints.push(...checkRules(tree, host.env));
  // The section is parsed alone, so that a missing key file is reported even if the rest is wrong.
  const section = parseWith(sshSection, isMapping(tree) ? (tree.ssh ?? {}) : {});
  const login = 'value' in section ? readLogin(section.value, folder, host) : null;
  complaints.push(...(login?.complaints ?? []));
  const source = 'value' in parsed ? sourceOf(parsed.value.proxies, folder, host) : null;
  if (source && isComplaint(source)) complaints.push(source);
  const heal = 'value' in parsed ? readHeal(parsed.value, folder, host) : null;
  if (heal && isProblem(heal)) complaints.push({ path: ['heal', 'journal'], text: heal.problem });
  const history = 'value' in parsed ? readHistorySection(parsed.value.history, folder, host) : null;
  if (history && isProblem(history)) complaints.push({ path: ['history', 'folder'], text: history.problem });
  const judged = complaints.filter(({ path }) => !document.isUnknown(path));
  if (judged.length + document.complaints.length > 0) return judged;
  if (!('value' in parsed) || !login || !source || isComplaint(source)) throw new Error(UNREAD);
  if (!heal || isProblem(heal) || !history || isProblem(history)) throw new Error(UNREAD);
  const discovery = readDiscovery(parsed.value.discovery, parsed.value.environment, { folder, host });
  return normalise(parsed.value, { source, ssh: login.ssh, heal, discovery, history });
}

/** `null` where no source is named; `rules.ts` complains of that. */
function sourceOf(proxies: Configuration['proxies'], folder: string, host: HostAccess): ProxySource | Complaint | null {
  const { list, peers, ansible, consul, command, ignorePeers } = proxies;
  if (list) {
    return { kind: 'list', proxies: list.map((proxy) => ({ ...proxy, region: proxy.region ?? null })) };
  }
  if (peers) return { kind: 'peers', ...peers, ignorePeers };
  if (ansible) {
    const inventory = locateFile(ansible.inventory, folder, host.env);
    return isProblem(inventory)
      ? { path: ['proxies', 'ansible', 'inventory'], text: inventory.problem }
      : { kind: 'ansible', ...ansible, inventory };
  }
  if (consul) {
    const { datacenters = [], filter = null, token } = consul;
    return { kind: 'consul', ...consul, datacenters, filter, token: token || null };
  }
  if (command) {
    const program = locateProgram(command.run[0]!, folder, host.env);
    return isProblem(program)
      ? { path: ['proxies', 'command', 'run', 0], text: program.problem }
      : { kind: 'command', ...command, group: command.group ?? null, run: [program, ...command.run.slice(1)] };
  }
  return null;
}

function isComplaint(value: ProxySource | Complaint): value is Complaint {
  return 'text' in value;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inOrder(complaints: readonly Complaint[], document: ConfigDocument, file: string): readonly string[] {
  return complaints
    .map((complaint) => ({ complaint, ...document.place(complaint) }))
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(({ complaint, line, column }) => {
      const found = document.found(complaint.path);
      // A hint is made from the value: where that holds variables, it may be a secret.
      const said = spellProblem(found?.includes('${') ? { text: complaint.text } : complaint, found);
      return `${file}:${line}:${column}: ${spellPath(complaint.path)}: ${said}`;
    });
}
