// What healing tests run on: a mesh, a relay in front of its stats sockets, and `splitbrain` run
// on both as a child process.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type CommandRelay, startCommandRelay, type Write } from '../../lab/links/command-relay.ts';
import { type Mesh, type MeshOptions, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { makeScratch, type Scratch } from '../../lab/scratch.ts';
import { type JournalRecord, readJournal } from '../../src/heal/journal.ts';
import type { ReportedFinding, ReportFile } from './report-file.ts';
import { type RunningSplitbrain, readReport, type SplitbrainOptions, startSplitbrain } from './splitbrain.ts';

export interface HealReport extends Omit<ReportFile, 'findings'> {
  readonly findings: readonly (ReportedFinding & {
    readonly decision: { readonly winner?: string; readonly policy?: string; readonly refusal?: string } | null;
  })[];
  readonly heal: {
    readonly planned: number;
    readonly applied: number;
    readonly verified: number;
    readonly failed: number;
    readonly refusals: readonly { readonly reason: string; readonly key: string | null; readonly because: string }[];
    readonly journal: string | null;
  } | null;
}

/** `writes` is what the proxies were told to write meanwhile, in that order. */
export interface HealRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly report: HealReport;
  readonly writes: readonly Write[];
}

interface StartedRun extends Pick<RunningSplitbrain, 'kill' | 'untilStderr'> {
  readonly ended: Promise<Omit<HealRun, 'report'> & { readonly report: HealReport | null }>;
}

export interface HealingLab {
  readonly mesh: Mesh;
  readonly relay: CommandRelay;
  readonly scratch: Scratch;
  /** The folder of journals and locks. */
  readonly journals: string;
  /** The records of the last run that wrote any. */
  lastJournal(): readonly JournalRecord[];
  /** Any command, with the configuration and `--json`. */
  start(words: readonly string[], config?: HealingConfig, options?: SplitbrainOptions): StartedRun;
  /** The same, to its end; rejects where it wrote no report. */
  run(words: readonly string[], config?: HealingConfig, options?: SplitbrainOptions): Promise<HealRun>;
  /** `heal --yes`. */
  heal(config?: HealingConfig): Promise<HealRun>;
  stop(): Promise<void>;
}

interface HealingConfig extends Pick<SplitbrainOptions, 'addressSpaceKb' | 'env'> {
  /**
   * Inside of `heal: { ... }`, beside journal and settle time; default: no limit to the share.
   * `null`: no such section at all.
   */
  readonly heal?: string | null;
  /** Default: far above what peers need on loopback. */
  readonly settle?: string;
  /** Further lines of the configuration. */
  readonly lines?: readonly string[];
}

export async function startHealingLab(options: MeshOptions = {}): Promise<HealingLab> {
  const scratch = makeScratch();
  const mesh = await startMesh(options);
  const relay = await startCommandRelay(scratch.folder, mesh.proxies);
  const journal = join(scratch.folder, 'journal');
  mkdirSync(journal);
  let runs = 0;

  function configuration({
    heal = 'maxRatio: 1',
    settle = '400ms',
    lines: more = [],
  }: HealingConfig): readonly string[] {
    const section = heal === null ? [] : [`heal: { journal: ${journal}, settle: ${settle}, ${heal} }`];
    const lines = ['confirm: { reads: 2, settle: 100ms }', ...section, ...more];
    return configure(scratch, mesh, { endpoints: relay.endpoints, lines });
  }

  function start(words: readonly string[], config: HealingConfig = {}, options: SplitbrainOptions = {}): StartedRun {
    const jsonPath = join(scratch.folder, `report-${runs++}.json`);
    rmSync(jsonPath, { force: true });
    const started = startSplitbrain([...words, ...configuration(config), '--json', jsonPath], {
      ...config,
      ...options,
    });
    return {
      kill: started.kill,
      untilStderr: started.untilStderr,
      ended: started.ended.then(({ exitCode, stdout, stderr }) => {
        const text = existsSync(jsonPath) ? readFileSync(jsonPath, 'utf8') : '';
        const report = text === '' ? null : (readReport(text) as unknown as HealReport);
        return { exitCode, stdout, stderr, report, writes: [...relay.writes] };
      }),
    };
  }

  async function run(words: readonly string[], config?: HealingConfig, options?: SplitbrainOptions): Promise<HealRun> {
    relay.follow({});
    const { report, ...rest } = await start(words, config, options).ended;
    if (report === null) throw new Error(`${words[0]} wrote no report, exit code ${rest.exitCode}: ${rest.stderr}`);
    return { report, ...rest };
  }

  return {
    mesh,
    relay,
    scratch,
    journals: journal,
    lastJournal: () => readJournal(join(journal, journalFiles(journal).at(-1)!)),
    start,
    run,
    heal: (config) => run(['heal', '--yes'], config),
    async stop() {
      await relay.stop();
      await mesh.stop();
      scratch.clear();
    },
  };
}

/** In the order of the runs. */
function journalFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.journal.jsonl'))
    .sort();
}

/** The winner that the report names for each conference. */
export function winnersOf({ findings }: HealReport): ReadonlyMap<string, string> {
  return new Map(
    findings.flatMap(({ conference, decision }) => (decision?.winner ? [[conference, decision.winner] as const] : [])),
  );
}

/** `reason key`, or `reason` alone where the whole run is meant, sorted. */
export function refusalsOf({ heal }: HealReport): readonly string[] {
  return (heal?.refusals ?? []).map(({ reason, key }) => (key === null ? reason : `${reason} ${key}`)).sort();
}

/** One lab a test, stopped after it: `lab` starts it, `here` is the one that was started. */
export function healingLab(binary: string) {
  let started: HealingLab | null = null;
  afterEach(async () => {
    await started?.stop();
    started = null;
  });
  const here = (): HealingLab => {
    if (started === null) throw new Error('no mesh was started in this test');
    return started;
  };
  return {
    here,
    /** The address of the nth shard. */
    shard: (n: number): string => here().mesh.shards[n]!.address,
    async lab(options: MeshOptions = {}): Promise<HealingLab> {
      started = await startHealingLab({ binary, ...options });
      return started;
    },
  };
}
