// Answers that a hostile proxy makes as long as may be: each is read once, not once for each of its
// lines or words.

import { beforeAll, expect, test } from 'vitest';
import { KEYS_LIMIT, MOST_LINE_BYTES, STATE_LIMIT, type TextLimit } from '../../src/runtime-api/answer-limits.ts';
import { createEntryReader } from '../../src/runtime-api/entry-line.ts';
import { parseKeyAnswers } from '../../src/runtime-api/parse-key-answers.ts';
import { parsePeers } from '../../src/runtime-api/parse-peers.ts';
import { parseServersState, parseStat, withStats } from '../../src/runtime-api/parse-servers.ts';
import { canSeeEntries, parseInfo, parseProcess, parseState } from '../../src/runtime-api/parse-state.ts';
import { isLineTooLong } from '../../src/runtime-api/read-commands.ts';
import { parseTableHeader } from '../../src/runtime-api/table-header.ts';
import { splitAnswers } from '../../src/runtime-api/table-writer.ts';
import { capture } from '../support/captures.ts';
import { limitMemory } from '../support/memory-limit.ts';

beforeAll(limitMemory);

/** Beginnings that each parser knows, between which what is repeated stands. */
const head = [
  'Name: HAProxy\nVersion: 3.4.7\n\n',
  capture('3.4', 'show-servers-state.txt'),
  '# table: nodes, type: string, size:204800, used:2\n\n',
  '# pxname,svname,status,weight,sid,type,addr,agent_status,check_status,\n',
];
const peers =
  '0x55d0: [date] id=mesh disabled=0 flags=0x0 resync_timeout=<PAST> task_calls=1\n  0x1: id=hap2(remote,active) last_status=ESTA\n';

const words = [
  ' ',
  '\t',
  ' \n',
  '\n',
  '\n\n',
  '"',
  ',"',
  '""',
  ',""",',
  ' remote_id=0 ',
  ' remote_id=0 \n ',
  '  0x1: id=x(local,',
  '\n  0x1: id=x(remote,active) last_status=ESTA',
  '\n      0x2 local_id=1 remote_id=0 ',
  '\n        table:0x3 id=nodes',
  '\n        table:0x3 id=nodes update=1',
  '\n0x1: \n\n',
  '\n0x1',
  ' too big for the buffer ',
  'too big for the buffer\n',
  '# table: a, type: b',
  ', type: ',
  'size: used: ',
  '\n# table: a, type: b, size:1, used:1',
  '\n1 nodes 11 a 10.0.0.9 2 0 1 - 443',
  '\nnodes,a,UP,1,11,2,10.0.0.9:443,L4TOUT,L4TOUT,',
  '* L4TOUT ',
  ': ',
  '\nName: ',
  '0x1: key=a use=0 exp=1 server_id=1 server_key=a ',
  '\\',
  'a=(',
  ' a(',
];

/**
 * As much as an answer may be, in lines and bytes; a word without a line feed in lines that are as
 * long as they may be.
 */
function filled(word: string, { bytes, lines }: TextLimit): string {
  const perLine = Math.floor(MOST_LINE_BYTES / word.length) - 1;
  const line = word.includes('\n') ? word : `${word.repeat(perLine)}\n`;
  const feeds = line.split('\n').length - 1;
  return line.repeat(Math.min(Math.floor(bytes / line.length), Math.floor(lines / feeds)));
}

test.each(words)('%j, as much as the state may be: state, servers, peers, checks', (word) => {
  const text = filled(word, STATE_LIMIT);
  const read = [
    parseState(head.join('') + text, 'nodes'),
    parseState(`${head.slice(0, 3).join('')}${peers}${text}\n\n`, 'nodes'),
    parsePeers(peers + text, 'nodes'),
    parseServersState(head[1] + text),
    withStats([], head[3] + text),
    parseStat(head[3] + text),
  ];
  expect(read).toHaveLength(6);
});

test.each(words)('%j, as much as the answer to keys may be: keys, process, level, header, writes', (word) => {
  const text = filled(word, KEYS_LIMIT);
  const oneLine = word.repeat(KEYS_LIMIT.bytes / word.length);
  const sink = { entry: () => {} };
  for (const each of [text, oneLine]) {
    parseKeyAnswers(each, ['a', 'b'], sink);
    parseKeyAnswers(`# table: nodes, type: string, size:1, used:1\n${each}`, ['a', 'b'], sink);
    parseProcess(each);
    parseInfo(each);
    canSeeEntries(each);
    parseTableHeader(`# table: ${each}`);
    expect(isLineTooLong(`${each}!`)).toBe(false);
    expect(splitAnswers(each, 3, 'missing')).toHaveLength(3);
  }
  const entry = Buffer.from(`0x1: key=a use=0 exp=1 server_id=1 server_key=${oneLine}`, 'latin1');
  createEntryReader(sink).read(entry, 0, entry.length);
});
