// One real HAProxy process: started in the foreground, ready when its stats socket answers, ended
// by pid.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { atExit } from '../at-exit.ts';
import { until } from '../until.ts';
import { sendLine } from './runtime-socket.ts';

export interface HaproxyProcess {
  readonly pid: number;
  /** As `show info` says it, e.g. `2.6.12-1+deb12u4`. */
  readonly version: string;
  isRunning(): boolean;
  /** What it has written to standard error so far, at most the last 8,000 characters. */
  complaints(): string;
  /** Sends the signal and resolves when the process has ended. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Resolves when the process has ended. */
  readonly ended: Promise<void>;
}

export interface HaproxyLaunch {
  readonly command: string;
  readonly name: string;
  readonly configPath: string;
  readonly socketPath: string;
  /** Runs it in master-worker mode, with the master's CLI there. */
  readonly masterSocketPath?: string;
  /** A reload: it takes over from the process with this pid, which then ends. */
  readonly replaces?: number;
}

// Debian's util-linux has it: the kernel then ends the proxy with us, even when we are killed
// outright.
const SETPRIV = '/usr/bin/setpriv';

function launch({ command, name, configPath, masterSocketPath, replaces }: HaproxyLaunch): ChildProcess {
  const mode = masterSocketPath === undefined ? ['-db'] : ['-W', '-S', masterSocketPath];
  const reload = replaces === undefined ? [] : ['-sf', String(replaces)];
  const words = [command, ...mode, '-L', name, '-f', configPath, ...reload];
  const bound = existsSync(SETPRIV) ? [SETPRIV, '--pdeathsig', 'KILL', '--', ...words] : words;
  return spawn(bound[0]!, bound.slice(1), { stdio: ['ignore', 'ignore', 'pipe'] });
}

function whyNot({ command, configPath }: HaproxyLaunch): string {
  const check = spawnSync(command, ['-c', '-f', configPath], { encoding: 'utf8', timeout: 60_000 });
  return `${command} -c -f ${configPath} says:\n${check.stderr || check.stdout || check.error?.message}`;
}

/**
 * Starts it and resolves when it answers commands. Rejects with its own words when it does not
 * start.
 */
export async function startHaproxy(how: HaproxyLaunch): Promise<HaproxyProcess> {
  const child = launch(how);
  let words = '';
  let isOver = false;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-8000);
  });
  const forget = atExit(() => child.kill('SIGKILL'));
  const ended = new Promise<void>((resolve) => {
    const over = () => {
      isOver = true;
      forget();
      resolve();
    };
    child.once('exit', over);
    child.once('error', (error) => {
      words += error.message;
      over();
    });
  });

  async function versionWhenReady(): Promise<string | null> {
    if (isOver) throw new Error(`${how.name} ended at once. ${words}\n${whyNot(how)}`);
    // The socket may still be that of a predecessor under the same name, hence the pid.
    const told = await sendLine(how.socketPath, 'show info').catch(() => '');
    // A worker has a pid of its own.
    const isOurs = how.masterSocketPath !== undefined || new RegExp(`^Pid: ${child.pid}$`, 'm').test(told);
    return isOurs ? (/^Version: (\S+)$/m.exec(told)?.[1] ?? null) : null;
  }

  async function kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    child.kill(signal);
    await ended;
  }

  try {
    const version = await until(`${how.name} answers on ${how.socketPath}`, versionWhenReady);
    return { pid: child.pid!, version, isRunning: () => !isOver, complaints: () => words, kill, ended };
  } catch (error) {
    await kill('SIGKILL');
    throw error;
  }
}
