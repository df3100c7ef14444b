// `npm run walk -- --minutes 30 --seed 7`: random events on a real mesh, with `splitbrain` looking
// at it and healing it, and requests through every proxy as the judge.
//
// Exit code 1 at the first AGREE or HEALED that the requests contradict; the events before it are
// printed. The judge holds back the peers' messages while it asks: each proxy then follows its own
// table, as for two people who join at once.

import { existsSync, readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Mesh, startMesh } from '../../lab/mesh/mesh.ts';
import { configure } from '../../lab/mesh/mesh-config.ts';
import { untilSteady } from '../../lab/mesh/steady-links.ts';
import { makeScratch } from '../../lab/scratch.ts';
import { everyHaproxy } from '../support/haproxy-versions.ts';
import type { ReportFile } from '../support/report-file.ts';
import { readReport, runSplitbrain } from '../support/splitbrain.ts';
import { happenings, type Place } from './happenings.ts';
import { createRandom } from './random.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, seed: { type: 'string', default: String(Date.now() % 1e6) } },
});
const seed = Number(values.seed);
const endsAt = Date.now() + Number(values.minutes) * 60_000;
const random = createRandom(seed);
const conferences = Array.from({ length: 12 }, (_, n) => `room/${n}`);
const PROXIES = 3;
const EVENTS_BETWEEN_LOOKS = 6;
const EVENTS_SHOWN = 40;

interface HealFile {
  readonly heal: { readonly refusals: readonly { readonly key: string | null }[] } | null;
}

const scratch = makeScratch();
const past: string[] = [];
let [looks, agreements, heals, judged] = [0, 0, 0, 0];

function note(words: string): void {
  past.push(words);
  if (past.length > EVENTS_SHOWN) past.shift();
}

/** Where each proxy sends each of the conferences when nobody hears of anybody. */
async function landings(mesh: Mesh, names: readonly string[]): Promise<Map<string, Set<string | null>>> {
  const found = new Map<string, Set<string | null>>();
  await mesh.whileHeld(async () => {
    for (const name of names) {
      const shards = new Set<string | null>();
      for (const way of ways) {
        const landed = await Promise.all(mesh.proxies.map((_, proxy) => mesh.request(proxy, name, way)));
        for (const { shard } of landed) shards.add(shard);
      }
      found.set(name, shards);
    }
  });
  return found;
}

/** Conferences of which the report says nothing: it calls them whole. */
async function calledWhole(mesh: Mesh, report: ReportFile, except: ReadonlySet<string>): Promise<readonly string[]> {
  const held = new Set(
    (await Promise.all(mesh.proxies.map((_, proxy) => mesh.entries(proxy)))).flat().map(({ key }) => key),
  );
  const told = new Set(report.findings.map(({ conference }) => conference));
  return conferences.filter((name) => held.has(name) && !told.has(name) && !except.has(name));
}

async function judge(mesh: Mesh, word: string, names: readonly string[]): Promise<void> {
  for (const [name, shards] of await landings(mesh, names)) {
    judged++;
    if (shards.size === 1) continue;
    note(`${word} of ${name}, and requests landed on ${[...shards].join(' and ')}`);
    throw new Error(`${word} was false`);
  }
}

async function look(mesh: Mesh): Promise<void> {
  looks++;
  await mesh.untilPeersUp();
  if (place.isWhole) await untilSteady(mesh);
  const isHeal = random.chance(0.5);
  const json = `${scratch.folder}/report.json`;
  const lines = [
    `heal: { journal: ${scratch.folder}/journal, settle: 500ms, maxRatio: 1, cooldown: { heals: 1000000, within: 1h } }`,
  ];
  const words = isHeal ? ['heal', '--yes'] : ['report'];
  rmSync(json, { force: true });
  const run = await runSplitbrain([...words, '--json', json, ...configure(scratch, mesh, { lines })]);
  const report = existsSync(json) ? (readReport(readFileSync(json, 'utf8')) as ReportFile & HealFile) : null;
  note(`${words[0]} -> ${run.exitCode}`);
  if (report === null || run.exitCode === null || run.exitCode === 1) throw new Error(`no report: ${run.stderr}`);
  if (report.counts.inFlight! > 0) return;
  if (!isHeal) {
    if (run.exitCode !== 0 && run.exitCode !== 2) return;
    agreements++;
    await judge(mesh, run.exitCode === 0 ? 'AGREE' : 'no finding', await calledWhole(mesh, report, new Set()));
    return;
  }
  if (report.heal === null) return;
  heals++;
  const refused = new Set(report.heal.refusals.map(({ key }) => key ?? ''));
  const healed = report.findings.flatMap(({ kind, conference, key }) =>
    ['split', 'missing', 'mixed'].includes(kind) && !refused.has(key) ? [conference] : [],
  );
  if (report.heal.refusals.every(({ key }) => key !== null)) await judge(mesh, 'HEALED', [...new Set(healed)]);
}

const binaries = everyHaproxy();
const options = {
  proxies: PROXIES,
  binary: Array.from({ length: PROXIES }, () => random.pick(binaries).command),
  layout: random.pick(['simple', 'jitsi'] as const),
  srvkey: random.pick(['addr', 'name'] as const),
};
console.log(`seed ${seed}: ${options.layout} layout, srvkey ${options.srvkey}, ${values.minutes} minutes`);
/** By every backend that serves the table. */
const ways = options.layout === 'simple' ? [{}] : (['release-1', 'release-2'] as const).map((release) => ({ release }));
const mesh = await startMesh(options);
const place: Place = { mesh, random, conferences, layout: options.layout, isWhole: true };
let exitCode = 0;
try {
  while (Date.now() < endsAt) {
    for (let n = 0; n < EVENTS_BETWEEN_LOOKS; n++) note(await random.pick(happenings)(place));
    await look(mesh);
    if (looks % 20 === 0)
      console.log(`${looks} looks, ${agreements} judged, ${heals} heals, ${judged} conferences judged`);
  }
} catch (error) {
  exitCode = 1;
  console.log(`${past.join('\n')}\nseed ${seed}: ${(error as Error).message}`);
} finally {
  await mesh.stop();
  scratch.clear();
}
console.log(`seed ${seed}: ${looks} looks, ${agreements} reports judged, ${heals} heals, ${judged} conferences judged`);
process.exit(exitCode);
