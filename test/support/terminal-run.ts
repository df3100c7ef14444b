// Runs the built `splitbrain` on a pseudo-terminal, as a person has it, by util-linux's `script`.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { atExit } from '../../lab/at-exit.ts';
import { program } from '../../lab/program.ts';

export interface TerminalRun {
  readonly exitCode: number | null;
  /** All that the terminal got. */
  readonly shown: string;
}

/** What is typed, once the terminal shows `after`. */
export interface Typing {
  readonly keys: string;
  readonly after: string;
}

export interface TerminalOptions {
  readonly typing?: Typing;
  /** Ctrl-C is typed when this resolves. */
  readonly interrupt?: Promise<unknown>;
  readonly columns?: number;
  /** Gets all that the terminal has shown, whenever that grows. */
  readonly onShown?: (shown: string) => void;
  /** Gets the process that has the terminal, once it shows something. */
  readonly onStarted?: (pid: number) => void;
}

/** `columns` is what the terminal says of itself; 0 is what many job runners give. */
export function runOnTerminal(
  args: readonly string[],
  { typing, interrupt, columns = 100, onShown, onStarted }: TerminalOptions = {},
): Promise<TerminalRun> {
  const words = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', `stty cols ${columns} rows 40; exec ${words}`, '/dev/null'], {
    env: { ...process.env, TERM: 'xterm', NO_COLOR: '1', LANG: 'C.UTF-8' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const forget = atExit(() => child.kill('SIGKILL'));
  let shown = '';
  let isTyped = false;
  child.stdout.once('data', () => {
    const [first = ''] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ');
    onStarted?.(Number(first));
  });
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString('utf8');
    onShown?.(shown);
    if (isTyped || typing === undefined || !shown.includes(typing.after)) return;
    isTyped = true;
    child.stdin.write(typing.keys);
  });
  void interrupt?.then(() => child.stdin.write('\x03'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      forget();
      resolve({ exitCode, shown });
    });
  });
}
