// How to read the table: what each comparison is, and what it leaves out.

import type { MeasurementName } from './flags.ts';

/** One sentence or two a measurement, for people who were not there. */
export const notes: Readonly<Record<MeasurementName, string>> = {
  'start-up': 'Start-up: whole processes, from their start to their end.',
  'report-from':
    'Saved dumps: 300 conferences split and 300 missing, all in the page cache and in the order of a hash, which is the same on every proxy of one version (seen on 3.0, 3.2 and 3.4); in two orders: half of the files in the order of the keys (2.6); in orders of their own: no two files alike, which no HAProxy does; ' +
    'mawk merely groups the lines: \'/^0x/{n++; s[$2]=s[$2]" "$6} END{for(k in s)c++; print n,c}\'.',
  memory:
    'Memory: the peak of the resident set; each of the 100 and 20 files is written out in full, with pointers and times of its own, all in one order.',
  live: 'Live: full tables of one HAProxy version, made by requests; reading into nothing is one Node process that reads all sockets at once. The proxies share the CPUs with whoever reads.',
  ssh: 'SSH: one sshd in front of all proxies; the clients run the same socat, aes128-gcm as we do, output to /dev/null, started side by side; ours is with compress: never, to move the same bytes.',
  'slow-link': 'Slow link: a TCP forwarder that paces both ways; whole runs, login included.',
  'heal-far':
    'Heal over a long way: a TCP forwarder that delays both ways stands before each stats socket; the whole run, with looks, settle time and verification.',
  busy: 'Busy: an open loop on keep-alive connections, each request for a conference of the table and told to the peers, timed from when it was due; client, shards, proxies and splitbrain share the CPUs, so that waiting for one is in the figures.',
  census:
    'Census: the answer comes from a process beside the readers; CPU, time and memory are those of whole processes, without those of one that reads a report without rooms.',
};
