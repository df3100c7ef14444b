// One moving line on standard error while machines are being read; nothing at all where nobody watches.

import type { Ora } from 'ora';

/** The stages of a look that take a person's time. */
type Stage = 'collect' | 'analyse' | 'confirm';

/** `done` and `total` count proxies (conferences in `confirm`), `bytes` what was read since the run began. */
export interface Progressed {
  readonly stage: Stage;
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
}

export interface Progress {
  update(progressed: Progressed): void;
  /** Takes the line away. Safe to call twice. */
  stop(): void;
}

const silent: Progress = { update: () => {}, stop: () => {} };

/** Shows nothing unless `enabled` and `stream` is a terminal; the library behind it is loaded only then. */
export async function createProgress(
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean },
  enabled: boolean,
): Promise<Progress> {
  if (!enabled || stream.isTTY !== true) return silent;
  const { default: ora } = await import('ora');
  // By default ora puts standard input into raw mode, where Ctrl-C is dead while the analysis keeps the thread busy.
  const spinner: Ora = ora({ stream, discardStdin: false, isEnabled: true });
  return {
    update: (progressed) => {
      spinner.text = progressText(progressed);
      if (!spinner.isSpinning) spinner.start();
    },
    stop: () => {
      if (spinner.isSpinning) spinner.stop();
    },
  };
}

export function progressText({ stage, done, total, bytes }: Progressed): string {
  switch (stage) {
    case 'collect':
      return `Reading proxies: ${done} of ${total}, ${(bytes / 1e6).toFixed(1)} MB`;
    case 'analyse':
      return `Comparing ${total} proxies, ${(bytes / 1e6).toFixed(1)} MB`;
    case 'confirm':
      return `Looking again: ${done} of ${total}`;
  }
}
