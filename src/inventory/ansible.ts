// Ansible inventories: read by Ansible where it is installed, which knows every form; else INI by
// this program's reader.

import { dirname, join } from 'node:path';
import type { ProxySource } from '../domain/settings.ts';
import { ConfigError } from '../errors.ts';
import { isProblem } from '../input/complaint.ts';
import { readTextFile } from '../input/files.ts';
import { ansibleHosts } from './ansible-hosts.ts';
import { parseAnsibleIni } from './ansible-ini.ts';
import { readAnsibleList } from './ansible-list.ts';
import type { Found } from './found-host.ts';
import type { InventoryContext } from './inventory-context.ts';
import { runProgram } from './run-program.ts';

type AnsibleSource = Extract<ProxySource, { kind: 'ansible' }>;

/**
 * An unreadable source is an error and not an empty inventory; no escape sequences in the output
 * that is quoted.
 */
const VARIABLES = { ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED: '1', ANSIBLE_NOCOLOR: '1', ANSIBLE_FORCE_COLOR: '0' };

/** The proxies of the group. Throws ConfigError with every complaint. */
export async function readAnsible(source: AnsibleSource, context: InventoryContext): Promise<Found> {
  const { inventory: path, group } = source;
  const file = readTextFile(path, context);
  if (isProblem(file) && !file.isFolder) throw new ConfigError([`proxies.ansible.inventory: ${path} ${file.problem}`]);
  const end = await runProgram(['ansible-inventory', `--inventory=${path}`, '--list'], context, {
    ...VARIABLES,
    ...localeFor(context.env),
  });
  if ('failure' in end) {
    if (end.isAbsent)
      return isProblem(file) ? refuse([`${path}: is a folder: ${WITH_ANSIBLE}`]) : readIni(file.text, source, context);
    return refuse([`proxies.ansible.inventory: ${path}: ansible-inventory ${end.failure}${spellRemarks(end.remarks)}`]);
  }
  const inventory = readAnsibleList(parseJson(end.output), path);
  if (inventory === null) return refuse([`${path}: what ansible-inventory --list printed is no inventory`]);
  const { hosts, complaints } = ansibleHosts(inventory, group);
  if (complaints.length > 0) return refuse(complaints.map((what) => `${path}: ${what}${spellRemarks(end.remarks)}`));
  return { hosts, notes: [] };
}

/**
 * Ansible does not start in a locale of another encoding than UTF-8, such as `LC_ALL=C` of many
 * jobs (2.14).
 */
function localeFor({ LC_ALL, LC_CTYPE, LANG }: InventoryContext['env']): Readonly<Record<string, string>> {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '') ? {} : { LC_ALL: 'C.UTF-8' };
}

const WITH_ANSIBLE = 'install ansible-core, whose ansible-inventory reads it';

function readIni(text: string, { inventory: path, group }: AnsibleSource, context: InventoryContext): Found {
  // Ansible also reads variables from the folders beside an inventory.
  const folders = ['group_vars', 'host_vars'].filter((name) => {
    const found = readTextFile(join(dirname(path), name), context);
    return isProblem(found) && found.isFolder;
  });
  const ignored = folders.map((name) => `${path}: ${name} beside it would be ignored here: ${WITH_ANSIBLE}`);
  const { hosts, complaints } = parseAnsibleIni(text, path, group);
  return ignored.length + complaints.length > 0 ? refuse([...ignored, ...complaints]) : { hosts, notes: [] };
}

function refuse(complaints: readonly string[]): never {
  throw new ConfigError(complaints);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * What Ansible printed, on one line of at most 600 characters: it breaks its sentences at 80
 * columns, and any of them may hold the reason.
 */
function spellRemarks(remarks: string): string {
  const line = remarks.replace(/[\x00-\x20\x7f-\x9f]+/g, ' ').trim();
  if (line === '') return '';
  return `, saying ${line.length > 600 ? `${line.slice(0, 600)}…` : line}`;
}
