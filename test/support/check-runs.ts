// Runs of `splitbrain check` on real meshes: their JSON, checked against its schema, and changes of
// a proxy's configuration.

import { readFileSync, writeFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Mesh } from '../../lab/mesh/mesh.ts';
import { runSplitbrain, type SplitbrainOptions } from './splitbrain.ts';

const schema = new URL('../../schema/check.schema.json', import.meta.url);

export interface CheckFile {
  readonly profile: string;
  readonly verdict: string;
  readonly exitCode: number;
  readonly conclusion: string;
  readonly items: readonly {
    readonly id: string;
    readonly result: string;
    readonly evidence: string;
    readonly remedy: string | null;
  }[];
  readonly notChecked: readonly { readonly id: string; readonly why: string }[];
  readonly peers: { readonly rows: readonly { readonly proxy: string; readonly sees: readonly string[] }[] };
}

let validate: ValidateFunction<CheckFile> | undefined;

/** Rejects what is not a check by the published schema. */
export function readCheck(text: string): CheckFile {
  validate ??= new Ajv2020({
    allErrors: true,
    strict: true,
    allowUnionTypes: true,
    validateFormats: false,
  }).compile<CheckFile>(JSON.parse(readFileSync(schema, 'utf8')));
  const value: unknown = JSON.parse(text);
  if (validate(value)) return value;
  throw new Error(`the check breaks its schema: ${JSON.stringify(validate.errors, null, 1)}`);
}

/** What is open, as `id result`, and the evidence of an item. */
export interface CheckRun {
  readonly exitCode: number | null;
  readonly check: CheckFile;
  readonly open: readonly string[];
  evidence(id: string): string;
}

export async function runCheck(args: readonly string[], options?: SplitbrainOptions): Promise<CheckRun> {
  const { exitCode, stdout } = await runSplitbrain(['check', '--json', '-', ...args], options);
  const check = readCheck(stdout);
  if (check.exitCode !== exitCode) throw new Error(`exit code ${exitCode}, but ${check.exitCode} in the check`);
  return {
    exitCode,
    check,
    open: check.items.filter(({ result }) => result !== 'pass').map(({ id, result }) => `${id} ${result}`),
    evidence: (id) => check.items.find((item) => item.id === id)?.evidence ?? '',
  };
}

/** Starts the proxy anew with another configuration. */
export async function restartWith(mesh: Mesh, proxy: number, edit: (text: string) => string): Promise<void> {
  const { configPath } = mesh.proxies[proxy]!;
  await mesh.kill(proxy);
  writeFileSync(configPath, edit(readFileSync(configPath, 'utf8')));
  await mesh.start(proxy);
}
