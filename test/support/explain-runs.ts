// `splitbrain explain` as a child process on a mesh of the laboratory; its JSON is checked against
// the schema.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Mesh } from '../../lab/mesh/mesh.ts';
import { configure, type MeshConfig } from '../../lab/mesh/mesh-config.ts';
import type { Scratch } from '../../lab/scratch.ts';
import { type SplitbrainOptions, startSplitbrain } from './splitbrain.ts';

const schema = new URL('../../schema/explain.schema.json', import.meta.url);

interface ExplainedRow {
  readonly proxy: string;
  readonly status: string;
  readonly shard: string | null;
  readonly followed: boolean | null;
  readonly rule: string | null;
  readonly why: string | null;
  readonly serverId: number | null;
  readonly serverKey: string | null;
  readonly expiresInMs: number | null;
  readonly shardState: string | null;
  readonly isMixed: boolean;
  readonly because: string;
}

/** What `--json` wrote, as far as tests read it. */
export interface ExplainFile {
  readonly key: string | null;
  readonly conference: string | null;
  readonly verdict: string | null;
  readonly view: string;
  readonly exitCode: number;
  readonly run: { readonly looks: number };
  readonly asked: { readonly text: string; readonly readAs: string };
  readonly routes: readonly ExplainedRow[];
  readonly findings: readonly { readonly kind: string; readonly cause: string | null }[];
  readonly links: readonly { readonly one: string; readonly other: string; readonly state: string }[];
  readonly past: readonly { readonly source: string; readonly what: string }[];
  readonly census: {
    readonly people: readonly { readonly shard: string; readonly participants: number }[];
    readonly unanswered: readonly string[];
  } | null;
  readonly heal: {
    readonly decision: { readonly winner?: string; readonly refusal?: string };
    readonly steps: readonly { readonly kind: string; readonly proxy: string; readonly commands: readonly string[] }[];
  } | null;
  readonly unknown: {
    readonly reasons: readonly string[];
    readonly nearest: readonly { readonly key: string }[];
    readonly searched: number;
  } | null;
  readonly total?: number;
  readonly matches: readonly { readonly key: string; readonly verdict: string; readonly shards: readonly string[] }[];
  readonly notes: readonly string[];
}

export interface ExplainRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly explained: ExplainFile;
}

/** Runs it with these words. Rejects where it wrote no JSON. */
export async function explainOn(
  { mesh, scratch }: { readonly mesh: Mesh; readonly scratch: Scratch },
  words: readonly string[],
  { config = {}, ...options }: SplitbrainOptions & { readonly config?: MeshConfig } = {},
): Promise<ExplainRun> {
  const lines = ['confirm: { reads: 2, settle: 100ms }', ...(config.lines ?? [])];
  return explainWith(scratch, [...words, ...configure(scratch, mesh, { ...config, lines })], options);
}

let runs = 0;

/** Runs it with these words, which name the mesh too. */
export async function explainWith(
  { folder }: Scratch,
  words: readonly string[],
  options: SplitbrainOptions = {},
): Promise<ExplainRun> {
  const path = join(folder, `explain-${runs++}.json`);
  const { exitCode, stdout, stderr } = await startSplitbrain(['explain', ...words, '--json', path], options).ended;
  if (!existsSync(path)) throw new Error(`explain wrote no JSON, exit code ${exitCode}: ${stderr}`);
  return { exitCode, stdout, stderr, explained: readExplained(readFileSync(path, 'utf8')) };
}

let validate: ValidateFunction | null = null;

export function readExplained(text: string): ExplainFile {
  validate ??= new Ajv2020({ allowUnionTypes: true }).compile(JSON.parse(readFileSync(schema, 'utf8')));
  const document: unknown = JSON.parse(text);
  if (!validate(document)) throw new Error(`the JSON breaks its schema: ${JSON.stringify(validate.errors)}`);
  return document as ExplainFile;
}
