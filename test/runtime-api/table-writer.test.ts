// The writer over one transport: every answer belongs to its command, and what was not answered is
// not known.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TransportError } from '../../src/errors.ts';
import { createTableWriter, splitAnswers, type WriteAnswer } from '../../src/runtime-api/table-writer.ts';
import { capturedResponses, captureVersions } from '../support/captures.ts';
import { tokenize } from '../support/runtime-tokenizer.ts';
import { type ScriptedAnswer, scriptedTransport } from '../support/scripted-transport.ts';

const accepted: WriteAnswer = { outcome: 'accepted' };
const rejected = (answer: string): WriteAnswer => ({ outcome: 'rejected', answer });
const busy = (answer: string): WriteAnswer => ({ outcome: 'busy', answer });
const unknown = (answer: string): WriteAnswer => ({ outcome: 'unknown', answer });
const reset = new TransportError({ code: 'reset', message: 'the connection broke', remedy: 'run again' });
const inUse = 'Entry currently in use, cannot remove';

function writerOf(answer: (request: string) => string | ScriptedAnswer) {
  const transport = scriptedTransport(answer);
  return { writer: createTableWriter(transport, 'nodes', 1_000), requests: transport.requests };
}

const keys = (count: number) => Array.from({ length: count }, (_, n) => `k${n}`);
const long = (count: number) => keys(count).map((key) => key.padEnd(190, 'x'));

describe.each(captureVersions)('HAProxy %s', (version) => {
  const answers = capturedResponses(version).filter(({ command }) => /^(set|clear) table/.test(command));

  test('what it says to set and clear', () => {
    const said = answers.map(({ command, response }) => {
      const commands = tokenize(command).length;
      return splitAnswers(response, commands, 'missing').map(({ outcome }) => outcome);
    });
    expect(answers.length).toBeGreaterThan(5);
    expect(said.flat()).not.toContain('unknown');
    for (const [index, { command, response }] of answers.entries()) {
      if (response === '\n') expect(said[index], command).toEqual(['accepted']);
    }
  });

  test('three commands, the second one bad', () => {
    const { command, response } = answers.find(({ command: line }) => line.includes(';'))!;
    expect(splitAnswers(response, tokenize(command).length, 'missing')).toEqual([
      accepted,
      rejected('Require a valid integer value to store'),
      accepted,
    ]);
  });

  test('level user', () => {
    for (const { response } of answers.filter(({ level }) => level === 'user'))
      expect(splitAnswers(response, 1, 'missing')).toEqual([rejected('Permission denied')]);
  });
});

describe('answers', () => {
  test('in the order of the commands, whatever comes of each', () => {
    const answer = fc.constantFrom(accepted, busy(inUse), rejected('No such table'), rejected('two\nlines'));
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 50 }), (answers) => {
        const text = answers.map((each) => ('answer' in each ? `${each.answer}\n\n` : '\n')).join('');
        expect(splitAnswers(text, answers.length, 'missing')).toEqual(answers);
      }),
    );
  });

  test('cut anywhere: what was answered in full counts, the rest is not known', () => {
    const text = `\n${inUse}\n\n\n`;
    const whole = [accepted, busy(inUse), accepted];
    for (let end = 0; end < text.length; end++) {
      const answers = splitAnswers(text.slice(0, end), 3, 'cut');
      const known = answers.findIndex(({ outcome }) => outcome === 'unknown');
      expect(known).toBeGreaterThanOrEqual(0);
      expect(answers).toEqual([...whole.slice(0, known), ...whole.slice(known).map(() => unknown('cut'))]);
    }
  });

  test('more answers than commands: none can be told apart', () => {
    const answer = unknown('more answers than commands: Unknown command');
    expect(splitAnswers('\n\nUnknown command\n\n', 1, 'missing')).toEqual([answer]);
    expect(splitAnswers(`\n${inUse}\n\nUnknown command\n\n`, 2, 'missing')).toEqual([answer, answer]);
  });
});

describe('the writer', () => {
  test('sends one line a batch, and tells each answer', async () => {
    const { writer, requests } = writerOf(() => `\n${inUse}\n\n`);
    expect(await writer.clear(['a', 'b'])).toEqual([accepted, busy(inUse)]);
    expect(requests).toEqual(['clear table nodes key a;clear table nodes key b\n']);
  });

  test('sets ids', async () => {
    const { writer, requests } = writerOf(() => '\n');
    expect(await writer.setServerIds([{ key: 'a', serverId: 12 }])).toEqual([accepted]);
    expect(requests).toEqual(['set table nodes key a data.server_id 12\n']);
  });

  test('nothing to write: nothing is sent', async () => {
    const { writer, requests } = writerOf(() => '\n');
    expect([await writer.clear([]), await writer.setServerIds([]), requests]).toEqual([[], [], []]);
  });

  test('many keys on several lines: one answer each, in their order', async () => {
    const { writer, requests } = writerOf((request) =>
      tokenize(request)
        .map((words) => (words[4]!.startsWith('k7x') ? `${inUse}\n\n` : '\n'))
        .join(''),
    );
    const answers = await writer.clear(long(200));
    expect(requests.length).toBeGreaterThan(1);
    expect(answers).toEqual(keys(200).map((_, n) => (n === 7 ? busy(inUse) : accepted)));
  });

  test('an end without an answer: not known', async () => {
    const { writer } = writerOf(() => '\n');
    expect(await writer.clear(['a', 'b'])).toEqual([accepted, unknown('the connection was closed before the answer')]);
  });

  test('a line breaks: its answers so far count, its rest is not known, and the lines behind it are not sent', async () => {
    const { writer, requests } = writerOf(() => ({ chunks: '\n', error: reset }));
    const answers = await writer.clear(long(200));
    const first = tokenize(requests[0]!).length;
    expect(requests.length).toBe(1);
    expect(answers).toEqual(
      keys(200).map((_, n) =>
        n === 0 ? accepted : n < first ? unknown('the connection broke') : rejected('not sent: the connection broke'),
      ),
    );
  });

  test('what is no fault of a proxy is not caught', async () => {
    const { writer } = writerOf(() => ({ chunks: '', error: new TypeError('a defect') }));
    await expect(writer.clear(['a'])).rejects.toThrow(TypeError);
  });
});

describe("answers that are none of HAProxy's: nothing counts as carried out, and the next line is not sent", () => {
  const chunksOf = (piece: string) => ({ chunks: Array.from({ length: 40 }, () => Buffer.from(piece, 'latin1')) });

  test.each([
    ['blank lines without end', '\n'.repeat(100_000)],
    ['one line without end', 'x'.repeat(100_000)],
    ['lines without end', 'ok\n\n'.repeat(25_000)],
  ])('%s', async (_title, piece) => {
    const { writer, requests } = writerOf(() => chunksOf(piece));
    const answers = await writer.clear(long(200));
    expect(requests).toHaveLength(1);
    expect(new Set(answers.map(({ outcome }) => outcome))).toEqual(new Set(['unknown', 'rejected']));
    expect(answers[0]).toMatchObject({ outcome: 'unknown', answer: expect.stringContaining('has more than') });
    expect(answers.at(-1)).toMatchObject({ outcome: 'rejected', answer: expect.stringMatching(/^not sent: /) });
  });

  test('a refusal of a megabyte is told by its first words', async () => {
    const { writer } = writerOf(() => ({ chunks: `${'no! '.repeat(25_000)}\n\n` }));
    expect(await writer.clear(['a'])).toEqual([rejected('no! '.repeat(250).trimEnd())]);
  });
});
