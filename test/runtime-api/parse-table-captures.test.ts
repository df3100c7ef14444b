// The dumps of real HAProxies: what stands in them, whole and cut.

import { describe, expect, test } from 'vitest';
import { decodeKey } from '../../src/domain/key.ts';
import { type CaptureVersion, capture, capturedResponses, captureVersions } from '../support/captures.ts';
import { parseTable, quickSink } from '../support/collected-entries.ts';

const header = (used: number) => ({ name: 'nodes', type: 'string', size: 204_800, used });
const nothing = { entries: 0, maxExpiresInMs: 0, isSpread: false, unreadableLines: 0, remark: null, found: [] };

/** `room-id-exp`, in the order of the dump. */
const rooms: Record<CaptureVersion, string> = {
  '2.6':
    '0-11-299685 10-11-299698 11-11-299699 1-11-299687 2-11-299689 3-12-299690 4-12-299691 5-12-299692 6-13-299693 7-13-299695 8-13-299696 9-11-299696',
  '3.0':
    '11-11-299699 1-11-299683 5-12-299688 9-11-299694 10-11-299695 8-13-299693 4-12-299688 6-13-299690 7-13-299692 0-11-299682 2-11-299684 3-12-299686',
  '3.2':
    '1-11-299688 5-12-299692 10-11-299697 0-11-299684 3-12-299690 11-11-299698 9-11-299696 8-13-299696 4-12-299691 6-13-299693 7-13-299697 2-11-299690',
  '3.4':
    '1-11-299692 5-12-299695 10-11-299698 0-11-299690 3-12-299693 11-11-299699 9-11-299698 8-13-299697 4-12-299694 6-13-299696 7-13-299697 2-11-299692',
};

const trickyNames = [
  ...['', '#x', '$HOME', '<<', '<<EOF', 'L'.repeat(199), 'M'.repeat(200), 'N'.repeat(200)],
  ...['a\x01b', 'a\tb', 'a\x1bb', 'a b', 'a"b', 'a%0Ab', 'a%0Db', 'a%20b', 'a&b', "a'b", 'a;b', 'a=b', 'a\\b', 'a\\n'],
  ...['a\x7fb', 'a\xff\x80b', 'b', 'caf\xc3\xa9\xe2\x98\x95', 'conf@conference.meet.example.com', 'end\\'],
  ...['k use=9 exp=1 server_id=99', 'lead', 'trail', 'x data.server_id 13;clear table nodes;', 'x<<'],
  '~!()*:?/[]{}|^`<>',
];

describe.each(captureVersions)('HAProxy %s', (version) => {
  test('a dump', () => {
    const found = rooms[version].split(' ').map((room) => {
      const [number, id, exp] = room.split('-').map(Number);
      return {
        key: `room${number}@conference.meet.example.com`,
        expiresInMs: exp,
        serverId: id,
        serverKey: `127.0.1.${id}:9000`,
      };
    });
    const text = capture(version, 'show-table.txt');
    expect(parseTable(text)).toEqual({
      outcome: 'complete',
      header: header(12),
      entries: 12,
      bytes: text.length,
      maxExpiresInMs: Math.max(...found.map(({ expiresInMs }) => expiresInMs!)),
      isSpread: false,
      unreadableLines: 0,
      remark: null,
      found,
    });
  });

  test.each(['show-table.txt', 'show-table-tricky-keys.txt'])(
    '%s: the compiled reader takes nearly all lines, and alike',
    (name) => {
      const text = capture(version, name);
      const sink = quickSink();
      const quick = parseTable(text, [], sink);
      expect(quick).toEqual(parseTable(text));
      // One line each teaches a server.
      expect(sink.lines!.entries).toBeGreaterThanOrEqual(
        quick.entries - new Set(quick.found.map(({ serverId }) => serverId)).size,
      );
    },
  );

  test('hostile names: each is one entry, and the bytes that were sent', () => {
    const { found, ...answer } = parseTable(capture(version, 'show-table-tricky-keys.txt'));
    // A NUL in a request reached the table as `%00` up to 3.0, and not at all later.
    const names = version < '3.2' ? [...trickyNames, 'n%00ul'] : trickyNames;
    expect(found.map(({ key }) => Buffer.from(decodeKey(key)).toString('latin1')).sort()).toEqual(names.sort());
    expect(answer).toMatchObject({ outcome: 'complete', entries: names.length, header: header(names.length) });
    for (const { serverId, serverKey } of found) expect(serverKey).toBe(`127.0.1.${serverId}:9000`);
    expect(found.map(({ serverId }) => serverId)).not.toContain(99);
  });

  test.each([
    ['show-table-empty.txt', 'complete', header(0), null],
    ['show-table-all.txt', 'complete', header(12), null],
    ['show-table-unknown.txt', 'no-such-table', null, 'No such table'],
    ['show-table-user-level.txt', 'denied', header(12), null],
  ])('%s: %s', (name, outcome, head, remark) => {
    const text = capture(version, name);
    const unreadableLines = remark === null ? 0 : 1;
    expect(parseTable(text)).toEqual({
      ...nothing,
      outcome,
      header: head,
      bytes: text.length,
      remark,
      unreadableLines,
    });
  });

  test('a dump that `stats timeout` cut on a whole line is truncated', () => {
    const { found, ...answer } = parseTable(capture(version, 'show-table-truncated-tail.txt'));
    const count = version === '2.6' ? 15 : 14;
    expect(answer).toMatchObject({ outcome: 'truncated', header: header(8000), entries: count, unreadableLines: 0 });
    expect(found.every(({ serverId, serverKey }) => serverId === 12 && serverKey === '-')).toBe(true);
    expect(found.every(({ key }) => /^conf\d+@conference\.meet\.example\.com$/.test(key))).toBe(true);
  });

  test('every error text is an outcome of its own, none is a table', () => {
    const outcomes = capturedResponses(version)
      .filter(({ response }) => response.trim() !== '')
      .map(({ command, level, response }) => [command, level, parseTable(response).outcome]);
    expect(outcomes.length).toBeGreaterThan(10);
    for (const [command, level, outcome] of outcomes) {
      const expected = level === 'user' ? 'denied' : command?.includes('table nope') ? 'no-such-table' : 'not-haproxy';
      // Several answers on one line, the first of them empty.
      expect([command, outcome]).toEqual([command, command?.includes('; ') ? 'not-haproxy' : expected]);
    }
  });

  test.each([
    'show-table.txt',
    'show-table-tricky-keys.txt',
    'show-table-truncated-tail.txt',
    'show-table-user-level.txt',
  ])('%s cut between two chunks at any byte reads the same', (name) => {
    const text = capture(version, name);
    const whole = JSON.stringify(parseTable(text));
    const differing = Array.from({ length: text.length + 1 }, (_, cut) => cut).filter(
      (cut) => JSON.stringify(parseTable(text, [cut])) !== whole,
    );
    expect(differing).toEqual([]);
    const everyByte = Array.from({ length: text.length }, (_, cut) => cut);
    expect(JSON.stringify(parseTable(text, everyByte))).toBe(whole);
  });

  test.each(['show-table.txt', 'show-table-tricky-keys.txt', 'show-table-empty.txt'])(
    '%s ended early at any byte is truncated, and gives the whole lines before',
    (name) => {
      const text = capture(version, name);
      const wrong = Array.from({ length: text.length }, (_, end) => end).filter((end) => {
        const { outcome, entries, unreadableLines } = parseTable(text.slice(0, end));
        const wholeLines = Math.max(0, text.slice(0, end).split('\n').length - 2);
        return outcome !== 'truncated' || entries !== wholeLines || unreadableLines > 0;
      });
      expect(wrong).toEqual([]);
    },
  );
});
