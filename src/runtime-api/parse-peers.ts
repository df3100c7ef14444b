// Reads `show peers`: the name under which this proxy's peers list it, and the state of each link.

import type { PeerLink } from '../domain/view.ts';

export interface Peers {
  /** The name under which the others list this proxy. */
  readonly localPeer: string | null;
  readonly links: readonly PeerLink[];
  /** The remotes that have described the table, and that were not sent anything of it yet. */
  readonly onlyHeard: readonly string[];
  /** Why there is no peer of this table; `null` where there is one. */
  readonly remark: string | null;
}

/** `address` is without its port, `null` where the peer has none. */
export interface PeerAddress {
  readonly name: string;
  readonly address: string | null;
}

/** The remote peers that share `table`, where this proxy looks for them. */
export function parsePeerAddresses(text: string, table: string): readonly PeerAddress[] {
  const heads = sectionsOf(text)
    .filter((section) => sharesTable(section, table))
    .flatMap((section) => [...section.matchAll(/^ {2}0x[0-9a-f]+: id=(.*?)\(remote(?:,\w+)?\) (.*)$/gm)]);
  return heads.map(([, name, rest]) => {
    // An IPv6 address has no brackets here (2.6 to 3.2). After `unix:` comes a number.
    const address = /^addr=(?!unix:)(\S+):\d+(?: |$)/.exec(rest!)?.[1] ?? null;
    return { name: name!, address };
  });
}

/**
 * The peers that share `table`. A link is up when the line of its `id=` says both `(remote,active)`
 * and `last_status=ESTA`: a link that was just cut still shows ESTA, one that is being retried
 * still shows active (2.6 to 3.4). A process can have several peers sections, each closed by an
 * empty line; the ones whose shared tables do not name the table are left out.
 */
export function parsePeers(text: string, table: string): Peers {
  const sections = sectionsOf(text);
  const sharing = sections.filter((section) => sharesTable(section, table));
  let localPeer: string | null = null;
  const links: PeerLink[] = [];
  const onlyHeard: string[] = [];
  for (const section of sharing) {
    for (const peer of section.split(/\n(?= {2}0x[0-9a-f]+: id=)/).slice(1)) {
      const head = /^ {2}0x[0-9a-f]+: id=(.*?)\((local|remote)(?:,(\w+))?\) /.exec(peer);
      if (!head) continue;
      const [, name, side, activity] = head;
      if (side === 'local') {
        localPeer = name!;
        continue;
      }
      const line = peer.split('\n', 1)[0]!;
      // Before 2.3 a peer's activity is not shown.
      const up = (activity === undefined || activity === 'active') && / (?:last_)?status=ESTA\b/.test(line);
      // A remote tells its number of the table in its first session; until then it is 0.
      // (`heartbeat` and `last_hdshk` are no sign: a frozen link loses the one, a connection that
      // is merely being tried has the other.)
      const never = !/ remote_id=[1-9]/.test(peer);
      if (up && describes(peer, table) && pushedTo(peer, table) === 0) onlyHeard.push(name!);
      links.push({
        name: name!,
        state: up ? (isDeaf(peer, table) ? 'deaf' : 'up') : never ? 'never' : 'down',
        protocolErrors: Number(/proto_err=(\d+)/.exec(peer)?.[1] ?? 0),
      });
    }
  }
  return { localPeer, links, onlyHeard, remark: remarkOn(sections, sharing) };
}

function sectionsOf(text: string): readonly string[] {
  return text.split(/\n\n/).filter((section) => /^0x[0-9a-f]+: /.test(section));
}

function sharesTable(section: string, table: string): boolean {
  for (const match of section.matchAll(/^ +table:0x[0-9a-f]+ id=(.*?) update=/gm)) if (match[1] === table) return true;
  return false;
}

/**
 * Whether the remote has neither described the table nor acknowledged an update of it. The two
 * proxies then declare the table differently, or a delivery bug (haproxy#3161) is the cause. Seen
 * on 2.6 to 3.4. A table without any update yet looks the same, except that no update was pushed.
 */
function isDeaf(peer: string, table: string): boolean {
  if (describes(peer, table)) return false;
  const shared = sharedTable(peer, table);
  const isUnheard = (line: string) => holdsField(line, 'remote_id=0') && holdsField(line, 'remote_data=0x0');
  if (shared === undefined || !shared.split('\n').some(isUnheard)) return false;
  return pushedTo(peer, table) > 0 && / ?last_acked=0 /.test(shared);
}

/** The part of a peer that is about the table. */
function sharedTable(peer: string, table: string): string | undefined {
  return peer.split(/\n(?= +0x[0-9a-f]+ local_id=)/).find((part) => sharesTable(part, table));
}

/** The number of the last update that the remote was sent; 0: none. */
function pushedTo(peer: string, table: string): number {
  return Number(/ last_pushed=(\d+)/.exec(sharedTable(peer, table) ?? '')?.[1] ?? 0);
}

function describes(peer: string, table: string): boolean {
  return peer.split('\n').some((line) => /^ +remote_table:/.test(line) && line.includes(` id=${table} `));
}

function holdsField(line: string, field: string): boolean {
  return ` ${line} `.includes(` ${field} `);
}

function remarkOn(sections: readonly string[], sharing: readonly string[]): string | null {
  const [first] = sharing;
  if (first !== undefined)
    return / disabled=1 /.test(first.split('\n', 1)[0]!) ? 'its peers section is disabled' : null;
  return sections.length > 0
    ? 'no peers section of it shares this table'
    : 'it has no peers section, or one that does not hold its own name, which HAProxy leaves out';
}
