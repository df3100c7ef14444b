// Reads a proxy's servers: `show servers state`, or the `show stat` CSV that the predecessor saved.

import { hostAndPort } from '../domain/address.ts';
import { acceptsSticky, type Server, type ServerState } from '../domain/server.ts';

const NEEDED_COLUMNS = [
  'be_name',
  'srv_id',
  'srv_name',
  'srv_addr',
  'srv_port',
  'srv_op_state',
  'srv_admin_state',
  'srv_uweight',
];

/**
 * Servers of all backends from `show servers state` (columns by the header's names, 2.6 to 3.4).
 * Admin state bits: 1 and 2 maintenance (forced, inherited), 8 and 0x10 drain, 0x20 name not
 * resolved. Bit 4 (`disabled` in the file) alone is no maintenance: a server made ready at run time
 * keeps it and takes requests (seen on 2.6 to 3.4). Op state 0 is down, 3 stopping by its own wish
 * (`NOLB` in `show stat`), and a weight of 0 takes nothing but what sticks, as drain and stopping
 * do.
 */
export function parseServersState(text: string): readonly Server[] {
  const lines = text.split('\n');
  const names = lines
    .find((line) => line.startsWith('# '))
    ?.slice(2)
    .split(' ');
  if (!names || NEEDED_COLUMNS.some((name) => !names.includes(name))) return [];
  const column = columnsOf(names);
  const servers: Server[] = [];
  for (const line of lines) {
    const values = line.split(' ');
    if (line.startsWith('#') || values.length < names.length - 1) continue;
    const admin = Number(values[column('srv_admin_state')]);
    const op = Number(values[column('srv_op_state')]);
    const weight = Number(values[column('srv_uweight')]);
    const unresolved = (admin & 0x20) !== 0;
    servers.push({
      backend: values[column('be_name')]!,
      id: Number(values[column('srv_id')]),
      name: values[column('srv_name')]!,
      address: unresolved
        ? null
        : addressOf(values[column('srv_addr')]!, Number(values[column('srv_port')]), values[column('srv_name')]!),
      state: stateOf(admin, op, weight),
      weight,
    });
  }
  return servers;
}

function stateOf(admin: number, op: number, weight: number): ServerState {
  if ((admin & 0x23) !== 0) return 'maint';
  if (op === 0) return 'down';
  return (admin & 0x18) !== 0 || op === 3 || weight === 0 ? 'drain' : 'up';
}

/**
 * The address of a server. A server on a unix socket shows none (`-`): its name takes its place.
 */
function addressOf(address: string, port: number, name: string): string {
  return address === '-' ? `unix:${name}` : hostAndPort(address, port);
}

/**
 * Results of an agent or a check that could not reach the server, or got no answer that it could
 * use (`* ` while the next one runs).
 */
const FAILED = /^(?:\* )?(?:L4TOUT|L4CON|L6TOUT|L6RSP|L7TOUT|L7RSP|L7STS|SOCKERR)\b/;

/**
 * The servers with what only `show stat` reports: which are backups, and the failures of their
 * agents and checks. An agent that cannot be reached changes no state, so a dead server without a
 * check stays up (2.6 to 3.4).
 */
export function withStats(servers: readonly Server[], stat: string): readonly Server[] {
  const [head, ...lines] = stat.split('\n');
  if (!head?.startsWith('# pxname,')) return servers;
  const column = columnsOf(head.slice(2).split(','));
  const doubts = new Map<string, string>();
  const backups = new Map<string, ReturnType<typeof backupOf>>();
  for (const line of lines) {
    const values = splitCsv(line);
    const server = `${values[column('pxname')]} ${values[column('sid')]}`;
    backups.set(server, backupOf(values[column('bck')]));
    const doubt = ['agent', 'check'].flatMap((what) => {
      const status = values[column(`${what}_status`)] ?? '';
      return FAILED.test(status) ? [`${what} ${status.replace('* ', '')}`] : [];
    });
    if (doubt.length > 0) doubts.set(server, doubt.join(', '));
  }
  return servers.map((server) => {
    const doubt = doubts.get(`${server.backend} ${server.id}`);
    return {
      ...server,
      ...backups.get(`${server.backend} ${server.id}`),
      ...(doubt !== undefined && acceptsSticky(server.state) && { doubt }),
    };
  });
}

/** The column `bck` is `1` for a backup, `0` for another server. */
function backupOf(value: string | undefined): Pick<Server, 'isBackup'> {
  return value === '0' || value === '1' ? { isBackup: value === '1' } : {};
}

/**
 * Servers from `show stat` in CSV, columns by the header's names; `addr` stays empty below operator
 * level.
 */
export function parseStat(text: string): readonly Server[] {
  const [head, ...lines] = text.split('\n');
  if (!head?.startsWith('# pxname,')) return [];
  const column = columnsOf(head.slice(2).split(','));
  const servers: Server[] = [];
  for (const line of lines) {
    const values = splitCsv(line);
    const name = values[column('svname')];
    if (!name || name === 'FRONTEND' || name === 'BACKEND' || values[column('type')] !== '2') continue;
    servers.push({
      backend: values[column('pxname')]!,
      id: Number(values[column('sid')]),
      name,
      address: statAddress(values[column('addr')] ?? '', name),
      state: statState(values[column('status')] ?? '', Number(values[column('weight')])),
      weight: Number(values[column('weight')]),
      ...backupOf(values[column('bck')]),
    });
  }
  return servers;
}

/**
 * The values of a line. HAProxy puts quotes around a text that has a comma or a quote in it, such
 * as what a check last said, and doubles quotes inside.
 */
function splitCsv(line: string): readonly string[] {
  if (!line.includes('"')) return line.split(',');
  const values: string[] = [];
  for (let at = 0; at <= line.length; ) {
    const isQuoted = line[at] === '"';
    const quote = isQuoted ? closingQuote(line, at + 1) : at;
    const comma = line.indexOf(',', quote);
    const end = comma < 0 ? line.length : comma;
    values.push(isQuoted ? line.slice(at + 1, quote).replaceAll('""', '"') : line.slice(at, end));
    at = end + 1;
  }
  return values;
}

/** Where the quote is that ends a text; the end of the line where none does. */
function closingQuote(line: string, from: number): number {
  let at = line.indexOf('"', from);
  while (at >= 0 && line[at + 1] === '"') at = line.indexOf('"', at + 2);
  return at < 0 ? line.length : at;
}

/** `ip:port`, `[ip6]:port`, or `unix`. */
function statAddress(text: string, name: string): string | null {
  if (text === 'unix') return `unix:${name}`;
  return /^(\[[0-9a-fA-F:.%]+\]|[0-9.]+):\d+$/.test(text) ? text : null;
}

/**
 * `UP`, `UP 1/3`, `DOWN`, `DOWN (agent)`, `MAINT`, `MAINT (via …)`, `MAINT (resolution)`, `DRAIN`,
 * `NOLB`, `no check`.
 */
function statState(status: string, weight: number): ServerState {
  if (status.startsWith('MAINT')) return 'maint';
  if (status.startsWith('DOWN')) return 'down';
  return status.startsWith('DRAIN') || status.startsWith('NOLB') || weight === 0 ? 'drain' : 'up';
}

function columnsOf(names: readonly string[]): (name: string) => number {
  const positions = new Map(names.map((name, position) => [name, position]));
  return (name) => positions.get(name) ?? -1;
}
