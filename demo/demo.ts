// The demo: a real mesh, a real split brain in it, the report that finds it, the heal that ends it.
// A list of steps; another act is another step.

import { constants } from 'node:os';
import { type ConfiguredMesh, startConfiguredMesh } from '../lab/configured-mesh.ts';
import { type Reported, runSplitbrain } from './splitbrain.ts';

interface Step {
  readonly title: string;
  readonly run: (lab: ConfiguredMesh) => Promise<void>;
}

const interrupted = new AbortController();
const say = (...lines: readonly string[]): void =>
  console.log(lines.map((line) => (line ? `  ${line}` : '')).join('\n'));

const teams = ['amber', 'blue', 'coral', 'denim', 'ebony', 'fern', 'gold', 'hazel', 'ivory', 'jade'];
const rooms = ['standup', 'retro', 'planning', 'review', 'support', 'lunch'];
const calmConferences = teams.flatMap((team) => rooms.map((room) => `${team}/${room}`));
const splitConferences = ['all-hands', 'board-meeting', 'job-interview'];

/**
 * Runs a command before the reader's eyes, and makes sure that it came to what the demo says it
 * comes to.
 */
async function show(lab: ConfiguredMesh, words: readonly string[], expected: Reported) {
  say(`$ splitbrain ${words.join(' ')}`, '');
  const told = await runSplitbrain(words, lab, interrupted.signal);
  const spell = ({ exitCode, split, healed }: Reported) =>
    `exit code ${exitCode}, split: ${split.join(', ') || 'none'}, healed: ${healed}`;
  if (spell(told) !== spell(expected))
    throw new Error(`${words[0]} should have come to ${spell(expected)}; it came to ${spell(told)}`);
}

const steps: readonly Step[] = [
  {
    title: 'A mesh: three HAProxies that keep one stick table alike, three shards behind them',
    run: async ({ mesh, configText }) => {
      const shards = mesh.shards.map(({ address }) => address).join(', ');
      say(`HAProxy ${mesh.proxies[0]?.version}; shards ${shards}`);
      say(
        'This is splitbrain.yaml in the working folder: a proxy may be reached in three ways.',
        '',
        ...configText.trimEnd().split('\n'),
      );
    },
  },
  {
    title: `${calmConferences.length} conferences, each by a real request through a random proxy`,
    run: async ({ mesh }) => {
      for (const conference of calmConferences) {
        await mesh.request(Math.floor(Math.random() * mesh.proxies.length), conference);
      }
      await Promise.all(
        mesh.proxies.flatMap((_, i) =>
          calmConferences.map((name) => mesh.untilEntry(i, name, (entry) => entry !== undefined)),
        ),
      );
      say(...mesh.shards.map(({ address, requests }) => `${address} hosts ${requests.length}`));
    },
  },
  {
    title: 'What the report says of a healthy mesh',
    run: async (lab) => {
      await show(lab, ['report'], { exitCode: 0, split: [], healed: 0 });
      say('', '"restarted" is right: these proxies are seconds old. It is told, and leaves the exit code alone.');
    },
  },
  {
    title: 'The link between hap-a and hap-c breaks, and people join three new conferences',
    run: async ({ mesh }) => {
      await mesh.cut(0, 2);
      await mesh.untilPeers(0, 2, 'down');
      for (const [n, conference] of splitConferences.entries()) {
        // The shards are named in the requests, so that every run of the demo shows the same. In
        // earnest load balancing picks them.
        const alice = await mesh.request(0, conference, { forceShard: n % 3 });
        await mesh.untilEntry(1, conference, (entry) => entry?.serverKey === alice.shard);
        const bob = await mesh.request(2, conference, { forceShard: (n + 1) % 3 });
        await mesh.untilEntry(1, conference, (entry) => entry?.serverKey === bob.shard);
        say(`${conference}: alice via hap-a -> shard ${alice.shard}, bob via hap-c -> shard ${bob.shard}`);
      }
      say('', 'Alice and Bob asked for the same conference and cannot see each other. That is a split brain.');
    },
  },
  {
    title: 'What the report says now',
    run: async (lab) => {
      await show(lab, ['report'], { exitCode: 2, split: splitConferences, healed: 0 });
      say(
        '',
        `The report named the ${splitConferences.length} conferences that Alice and Bob were split over, and no others.`,
      );
    },
  },
  {
    title: 'Healing: look, plan, write, and see whether the traffic moved',
    run: async (lab) => {
      const healed = splitConferences.length;
      await show(lab, ['heal', '--yes'], { exitCode: 0, split: splitConferences, healed });
    },
  },
  {
    title: 'Alice and Bob ask again, and so does everybody else; the link is still broken',
    run: async ({ mesh }) => {
      for (const conference of splitConferences) {
        const shards: (string | null)[] = [];
        for (const proxy of mesh.proxies.keys()) shards.push((await mesh.request(proxy, conference)).shard);
        const [first] = shards;
        if (!first || shards.some((shard) => shard !== first))
          throw new Error(`${conference} is still split: ${shards.join(', ')}`);
        say(`${conference}: via hap-a, hap-b and hap-c -> shard ${first}`);
      }
      say('', 'They are in one meeting. Each line is three real requests, answered by the shard itself.');
    },
  },
  {
    title: 'What the report says in the end',
    run: async (lab) => {
      await show(lab, ['report'], { exitCode: 0, split: [], healed: 0 });
      say('', 'The broken link is still told: nothing heals that but a person.');
    },
  },
];

const farewell = [
  'Look at your own mesh; report only reads and changes nothing:',
  '  node dist/src/main.js report --proxy unix:///run/haproxy/admin.sock --proxy tcp://10.0.0.2:9999',
  'Every command and flag:',
  '  node dist/src/main.js --help',
  'This demo again, left standing until Ctrl-C, so that you can put your own questions to it:',
  '  npm run demo -- --keep',
];

async function play(lab: ConfiguredMesh): Promise<void> {
  for (const [n, { title, run }] of steps.entries()) {
    console.log(`\n[${n + 1}/${steps.length}] ${title}\n`);
    await run(lab);
  }
  console.log('\nWhat to try next\n');
  say(...farewell);
  if (!process.argv.includes('--keep')) return;
  say(
    '',
    'The mesh stands. In another terminal, in this folder:',
    `  node dist/src/main.js report -c ${lab.configPath}`,
  );
  say('Ctrl-C here takes it down.');
  await new Promise((_, reject) => interrupted.signal.addEventListener('abort', reject));
}

const { ready, close } = startConfiguredMesh();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    process.exitCode = 128 + constants.signals[signal];
    interrupted.abort();
  });
}

/**
 * The steps, or the interruption, whichever ends first: a step need not notice that its mesh is
 * taken away.
 */
const interruption = new Promise<never>((_, reject) => {
  interrupted.signal.addEventListener('abort', () => reject(interrupted.signal.reason));
});
try {
  await Promise.race([ready.then(play), interruption]);
} catch (error) {
  if (interrupted.signal.aborted) console.error('\nInterrupted: taking the mesh down.');
  else {
    console.error(`\nThe demo failed: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
}
await close();
// A step that was interrupted may still be waiting for something that is gone.
process.exit();
