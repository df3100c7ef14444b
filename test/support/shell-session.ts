// A shell on a pseudo-terminal, as a person has it, in which `splitbrain` is a function that says
// what it was called with: so TAB is pressed, and what came of it is known to the letter.

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { atExit } from '../../lab/at-exit.ts';
import { until } from '../../lab/until.ts';

export type ShellName = 'bash' | 'zsh' | 'fish';

export interface ShellSession {
  /** Types the keys and Enter; resolves to the words that `splitbrain` was called with. */
  call(keys: string): Promise<readonly string[]>;
  /** Types the keys; resolves to what is shown once it holds `text`. It is the session's last act. */
  show(keys: string, text: string): Promise<string>;
  close(): Promise<void>;
}

const saysWords = {
  bash: `PS1='ready> '; bind 'set bell-style none'; bind 'set page-completions off'
splitbrain() { printf 'called:'; printf '<%s>' "$@"; echo .; }`,
  zsh: `PS1='ready> '; autoload -Uz compinit; compinit -u -D
splitbrain() { printf 'called:'; printf '<%s>' "$@"; echo . }`,
  fish: `function fish_prompt; echo 'ready> '; end
function splitbrain; printf 'called:'; printf '<%s>' $argv; echo .; end`,
};

/** Why a shell cannot be tested here; `null` where it can. */
export function absenceOf(shell: ShellName): string | null {
  return spawnSync(shell, ['-c', 'true']).status === 0
    ? null
    : `there is no ${shell} here: scripts/install-debian-packages.sh ${shell}`;
}

/** The shell works in `folder`, with `completion` sourced. */
export async function startShell(shell: ShellName, folder: string, completion: string): Promise<ShellSession> {
  const home = join(folder, `.home-${shell}`);
  mkdirSync(home, { recursive: true });
  const rc = join(home, shell === 'zsh' ? '.zshrc' : 'rc');
  writeFileSync(rc, `${saysWords[shell]}\n${completion}`);
  const command = {
    bash: `bash --noprofile --rcfile ${rc} -i`,
    zsh: 'zsh -d -i',
    fish: `fish --no-config -i -C 'source ${rc}'`,
  }[shell];
  const child = spawn('script', ['-qec', `stty cols 150 rows 50; exec ${command}`, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: home, ZDOTDIR: home, TERM: 'xterm', LANG: 'C.UTF-8' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const forget = atExit(() => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.once('close', resolve));
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
  });
  const untilShown = (found: () => boolean, what: string) =>
    until(
      () => `${shell} shows ${what}; it shows ${JSON.stringify(shown)}`,
      async () => found() || null,
    );
  await untilShown(() => shown.includes('ready> '), 'its prompt');

  return {
    async call(keys) {
      shown = '';
      child.stdin.write(`${keys}\r`);
      const called = () => /called:((?:<[^>]*>)*)\.\r?\n[\s\S]*ready> /.exec(shown);
      await untilShown(() => called() !== null, `what ${JSON.stringify(keys)} calls`);
      return [...called()![1]!.matchAll(/<([^>]*)>/g)].map((match) => match[1]!);
    },
    async show(keys, text) {
      shown = '';
      child.stdin.write(keys);
      await untilShown(() => shown.includes(text), text);
      return shown;
    },
    async close() {
      // The shell ends with its terminal.
      child.kill('SIGKILL');
      await ended;
      forget();
    },
  };
}
