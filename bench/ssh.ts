// Looking at live proxies over SSH, beside as many `ssh` clients side by side that run the same
// command on the same cipher, into nothing.

import type { BenchContext } from './context.ts';
import { absentLine, type Line, median, seconds, type Target } from './line.ts';
import { proveLive, spellMesh } from './live.ts';
import type { LiveMesh } from './live-mesh.ts';
import { alternate, run, timeTogether } from './measure.ts';
import { runReport } from './splitbrain.ts';
import { type SshMesh, sshMissing, startSshMesh } from './ssh-mesh.ts';

const RUNS = 7;
const AT_MOST = 1.15;
/** Shorter than any entry that a proxy prints. */
const LINE_BYTES = 60;

export async function measureSsh(context: BenchContext): Promise<Line[]> {
  const mesh = await context.liveMesh();
  const target = {
    id: 'ssh',
    what: `report over SSH, ${spellMesh(mesh)}`,
    better: 'lower',
    target: `${AT_MOST} times`,
  } as const;
  const openssh = {
    id: 'ssh-openssh',
    what: `the same by the system's ssh (ssh.client: openssh), ${spellMesh(mesh)}`,
    better: 'lower',
    target: 'none: what it costs',
  } as const;
  const missing = sshMissing();
  if (missing !== null) return [absentLine(target, missing), absentLine(openssh, missing)];
  const ssh = await startSshMesh(context.scratch);
  try {
    return [await compare(context, mesh, ssh, target), await compareClients(context, mesh, ssh, openssh)];
  } finally {
    await ssh.stop();
  }
}

async function compare(context: BenchContext, mesh: LiveMesh, ssh: SshMesh, target: Target): Promise<Line> {
  // The same bytes as the clients get, and what a run does that is told nothing.
  const [plain, auto] = [ssh.configure(mesh.proxies, 'never'), ssh.configure(mesh.proxies, 'auto')];
  await proveLive(context, mesh, plain);
  await proveClients(mesh, ssh);
  context.say('report over SSH beside ssh clients');
  const clients = mesh.proxies.map(
    (proxy) => () => run('ssh', ssh.clientWords(proxy), { input: 'show table nodes\n', discardsOutput: true }),
  );
  const wall = await alternate(context.runs(RUNS), {
    plain: async () => (await runReport(plain, 0)).wallMs,
    clients: () => timeTogether(clients),
    auto: async () => (await runReport(auto, 0)).wallMs,
  });
  const [ours, theirs, byDefault] = [wall.plain, wall.clients, wall.auto].map(median) as [number, number, number];
  const ratio = ours / theirs;
  return {
    ...target,
    measured: `${seconds(ours)} (${seconds(byDefault)} with compress: auto)`,
    comparedWith: `${clients.length} ssh clients ${seconds(theirs)}`,
    ratio,
    met: context.small ? null : ratio <= AT_MOST,
    absent: null,
  };
}

/** Our two clients, the same bytes by the same commands. */
async function compareClients(context: BenchContext, mesh: LiveMesh, ssh: SshMesh, target: Target): Promise<Line> {
  const [builtin, openssh] = [ssh.configure(mesh.proxies, 'never'), ssh.configureOpenSsh(mesh.proxies)];
  await proveLive(context, mesh, openssh);
  context.say("report by the built-in client beside the system's ssh");
  const wall = await alternate(context.runs(RUNS), {
    openssh: async () => (await runReport(openssh, 0)).wallMs,
    builtin: async () => (await runReport(builtin, 0)).wallMs,
  });
  const [theirs, ours] = [wall.openssh, wall.builtin].map(median) as [number, number];
  return {
    ...target,
    measured: seconds(theirs),
    comparedWith: `the built-in client ${seconds(ours)}`,
    ratio: theirs / ours,
    met: null,
    absent: null,
  };
}

/** A client that got nothing would be quick. */
async function proveClients({ proxies, entries }: LiveMesh, ssh: SshMesh): Promise<void> {
  for (const proxy of proxies) {
    const { stdout } = await run('ssh', ssh.clientWords(proxy), { input: 'show table nodes\n' });
    if (stdout.length < entries * LINE_BYTES) throw new Error(`ssh brought ${stdout.length} bytes of ${proxy.name}`);
  }
}
