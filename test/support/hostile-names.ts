// Names of conferences that have broken, or could break, somebody's parser, escaper or shell.
// Bytes, one character each, none empty.

const alone = Array.from({ length: 255 }, (_, n) => String.fromCharCode(n + 1));

const injections = [
  'x; disable server nodes/shard-a;#',
  'x; clear table nodes',
  'x data.server_id 13;clear table nodes;',
  'x\nclear table nodes\n',
  'k\tdata.server_id 11',
  'k data.server_id 11',
  'ends in a backslash\\',
  'ends in two\\\\',
  '\\;clear table nodes',
  '\\\\;clear table nodes',
  '\\\n;clear table nodes',
  '<<',
  'x<<',
  '<<EOF',
  '<<\n\n',
  '"a b"',
  "'a b'",
  '$(id)',
  '`id`',
  '$HOME',
  '%0A%0D%00',
  '# a comment',
  '@1 show info',
  'prompt',
  'quit',
];

const lookalikes = [
  'k use=9 exp=1 server_id=99',
  'k use=0 exp=1 server_id=13 server_key=-',
  'a\\ b',
  'a\\x41',
  'a\\n',
  '\\x',
  '\\xC3',
  'key=a',
  '# table: nodes, type: string, size:1, used:1',
  'a\n\n',
  '\n\n',
  'a\n\nNo such table\n\n',
];

const encodings = [
  'caf\xc3\xa9 \xe2\x98\x95',
  'r\xff\xfe',
  'cut in a character \xe2\x98',
  '\xef\xbb\xbfa',
  '\x1b[31mred\x7f',
  '\x9b31m',
  '__proto__',
  'constructor',
  '-',
  '0',
];

// The first, the last and the doubled byte of a word are where tokenizers differ.
const edges = [' ', '\t', '\n', '\r', '\\', ';', '<', '>', '#', '"', "'", '=', '\x1b', '\x7f', '\x80', '\xff'].flatMap(
  (byte) => [
    `${byte}a`,
    `a${byte}`,
    `a${byte}b`,
    `${byte}${byte}`,
    `a${byte}${byte}`,
    `${byte} `,
    ` ${byte}`,
    `${byte}\r`,
  ],
);

/** All 255 single bytes, and some 200 hostile names. No two alike. */
export const hostileNames: readonly Uint8Array[] = [
  ...new Set([...alone, ...injections, ...lookalikes, ...encodings, ...edges, 'n'.repeat(199), '\xff'.repeat(199)]),
].map((name) => Buffer.from(name, 'latin1'));
