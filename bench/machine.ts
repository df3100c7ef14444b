// The machine and the versions that the figures hold for.

import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { haproxyBinaries } from '../lab/haproxy/haproxy-binary.ts';

export interface Machine {
  readonly cpus: number;
  readonly model: string;
  readonly memoryBytes: number;
  readonly node: string;
  /** `null`: not there. */
  readonly haproxy: string | null;
  readonly openssh: string | null;
  readonly mawk: string | null;
  /** `YYYY-MM-DD`, UTC. */
  readonly date: string;
}

export function lookAtMachine(): Machine {
  return {
    cpus: cpus().length,
    model: cpus()[0]?.model.trim() ?? 'unknown',
    memoryBytes: totalmem(),
    node: process.versions.node,
    haproxy: haproxyBinaries()[0]?.version ?? null,
    openssh: firstMatch('ssh', ['-V'], /OpenSSH_(\S+?),? /),
    mawk: firstMatch('mawk', ['-W', 'version'], /^mawk (\S+)/),
    date: new Date().toISOString().slice(0, 10),
  };
}

export function spellMachine(machine: Machine): string {
  const gibibytes = Math.round(machine.memoryBytes / 2 ** 30);
  const programs = (['haproxy', 'openssh', 'mawk'] as const).map((name) => {
    const title = { haproxy: 'HAProxy', openssh: 'OpenSSH', mawk: 'mawk' }[name];
    return machine[name] === null ? `no ${title}` : `${title} ${machine[name]}`;
  });
  return [
    `${machine.cpus} CPUs (${machine.model})`,
    `${gibibytes} GB`,
    `Node ${machine.node}`,
    ...programs,
    machine.date,
  ].join(', ');
}

function firstMatch(program: string, words: readonly string[], pattern: RegExp): string | null {
  const { stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', timeout: 10_000, input: '' });
  return pattern.exec(`${stdout}${stderr}`)?.[1] ?? null;
}
