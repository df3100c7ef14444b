// The JSON report: valid whatever names hold, as the schema says, and never in memory as a whole.

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { causes, findingKinds, meshFindingKinds } from '../../src/domain/finding.ts';
import { conferenceOf, encodeKey } from '../../src/domain/key.ts';
import type { RunReport } from '../../src/domain/run-report.ts';
import { writeJson } from '../../src/report/json.ts';
import { situations } from '../support/report-situations.ts';
import {
  finding,
  findingList,
  lazyFindings,
  mesh,
  meshFinding,
  proxyNames,
  route,
  runReport,
  shardA,
  split,
} from '../support/run-report.ts';

const schema = JSON.parse(readFileSync(new URL('../../schema/report.schema.json', import.meta.url), 'utf8'));
const ajv = new Ajv2020({
  allErrors: true,
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  formats: { 'date-time': isDate },
});
const validate = ajv.compile(schema);

function isDate(text: string): boolean {
  return new Date(text).toISOString() === text;
}

async function written(report: RunReport): Promise<{ text: string; chunks: number[] }> {
  const parts: string[] = [];
  await writeJson(report, async (part) => {
    parts.push(part);
  });
  return { text: parts.join(''), chunks: parts.map((part) => part.length) };
}

async function read(report: RunReport) {
  const { text } = await written(report);
  const document = JSON.parse(text);
  expect(validate(document), ajv.errorsText(validate.errors)).toBe(true);
  return document;
}

describe('schema', () => {
  test.each(Object.entries(situations).filter(([name]) => !name.includes('50,000')))(
    '%s validates',
    async (_name, make) => {
      const report = make();
      const document = await read(report);
      expect(document.findings).toHaveLength(report.findings.length);
      expect(document.verdict).toBe(report.verdict);
    },
  );

  test('knows every word of the closed lists', () => {
    const { finding: findingSchema, meshFinding: meshSchema } = schema.$defs;
    expect(findingSchema.properties.kind.enum).toEqual(expect.arrayContaining([...findingKinds]));
    expect(findingSchema.properties.cause.enum).toEqual([...causes, null]);
    expect(meshSchema.properties.kind.enum).toEqual(expect.arrayContaining([...meshFindingKinds]));
  });

  test.each(['verdict', 'exitCode', 'counts', 'findings', 'notes', 'heal'])(
    'a document without %s is refused',
    async (field) => {
      const document = await read(runReport());
      delete document[field];
      expect(validate(document)).toBe(false);
    },
  );

  test('a document with a field of tomorrow is accepted, a wrong type is not', async () => {
    const document = await read(runReport({ findings: findingList([split('a')]) }));
    document.findings[0].tomorrow = true;
    expect(validate(document)).toBe(true);
    document.findings[0].routes[0].expiresInMs = '5s';
    expect(validate(document)).toBe(false);
  });
});

describe('contents', () => {
  test('a finding has every field of the contract', async () => {
    const { findings, counts, heal } = await read(
      runReport({
        findings: findingList([
          finding('missing', 't/a', {
            cause: 'emptied',
            routes: [route('hap-a', shardA)],
            absentOn: ['hap-b'],
            because: 'x',
          }),
        ]),
      }),
    );
    expect(findings).toEqual([
      {
        kind: 'missing',
        key: 't/a',
        conference: 't/a',
        cause: 'emptied',
        routes: [
          {
            proxy: 'hap-a',
            shard: shardA,
            followed: true,
            why: null,
            serverId: 11,
            serverKey: shardA,
            expiresInMs: 298_000,
          },
        ],
        absentOn: ['hap-b'],
        because: 'x',
        participants: null,
        decision: null,
      },
    ]);
    expect(counts).toMatchObject({ missing: 1, misplaced: 0, scattered: 0 });
    expect(heal).toBeNull();
  });

  test('a troubled proxy carries its message as error and the trouble beside it', async () => {
    const { proxies } = await read(situations['a split seen by an incomplete view']!());
    expect(proxies[3]).toMatchObject({
      status: 'unreachable',
      error: 'hap-d: connection refused by 10.0.0.5:22',
      trouble: { code: 'refused' },
      table: null,
    });
    expect(proxies[0]).toMatchObject({ error: null, trouble: null });
  });

  test('any bytes in names come back as they were, on one line per finding, with nothing a terminal acts on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), fc.string({ unit: 'binary' }), async (bytes, word) => {
        const key = encodeKey(bytes);
        const report = runReport({
          proxies: mesh([word, `${word}2`]),
          findings: findingList([
            finding('split', key, {
              conference: conferenceOf(key),
              cause: 'unknown',
              routes: [route(word, word)],
              because: word,
            }),
          ]),
          meshFindings: [meshFinding('peer-down', word, word, word)],
          notes: [word],
        });
        const { text } = await written(report);
        const document = await read(report);
        expect(document.findings[0]).toMatchObject({ key, conference: conferenceOf(key), because: word });
        expect(document.proxies[0].name).toBe(word);
        expect(text.split('\n').filter((line) => line.startsWith('{"kind":"split"'))).toHaveLength(1);
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });
});

describe('streaming', () => {
  const names = proxyNames(20);
  const many = (length: number, made: { count: number }) =>
    lazyFindings(length, (i) => {
      made.count++;
      return finding('missing', `c-${i}`, { cause: 'unknown', routes: names.map((name) => route(name, shardA)) });
    });

  test('20,000 findings come in chunks of about 64 KB, and parse', async () => {
    const { text, chunks } = await written(runReport({ proxies: mesh(names), findings: many(20_000, { count: 0 }) }));
    expect(Math.max(...chunks)).toBeLessThan(80_000);
    expect(Math.min(...chunks.slice(0, -1))).toBeGreaterThanOrEqual(65_536);
    expect(JSON.parse(text).findings).toHaveLength(20_000);
  });

  test('no finding is made before the reader has taken what came earlier, and a failed write ends it', async () => {
    const made = { count: 0 };
    const report = runReport({ findings: many(1_000_000, made) });
    let taken = 0;
    const fullDisk = new Error('no space left');
    const writing = writeJson(report, async () => {
      if (++taken === 3) throw fullDisk;
    });
    await expect(writing).rejects.toBe(fullDisk);
    expect(made.count).toBeLessThan(200);
  });
});
