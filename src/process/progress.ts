// One moving line on standard error while machines are being read; nothing at all where nobody
// watches.

import type { Writable } from 'node:stream';
import type { Spinner } from 'yocto-spinner';

/** The stages of a look that take a person's time. */
type Stage = 'collect' | 'analyse' | 'confirm';

/**
 * `done` and `total` count proxies (conferences in `confirm`), `bytes` what was read since the run
 * began.
 */
export interface Progressed {
  readonly stage: Stage;
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
}

/** The moving line. */
export interface ProgressLine {
  update(progressed: Progressed): void;
  /** Takes the line away. Safe to call twice. */
  stop(): void;
}

/** ASCII, which every terminal can show. */
const frames = ['-', '\\', '|', '/'];

const silent: ProgressLine = { update: () => {}, stop: () => {} };

/**
 * Shows nothing unless `enabled` and `stream` is a terminal; the library behind it is loaded only
 * then.
 */
export async function createProgressLine(
  stream: Writable & { readonly isTTY?: boolean },
  enabled: boolean,
): Promise<ProgressLine> {
  if (!enabled || stream.isTTY !== true) return silent;
  const { default: yoctoSpinner } = await import('yocto-spinner');
  // The end of a run is main's: by default the library ends the process at a signal by itself.
  const spinner: Spinner = yoctoSpinner({ stream, handleSignals: false, spinner: { frames, interval: 120 } });
  const stop = () => {
    process.off('exit', stop);
    spinner.stop();
  };
  return {
    update: (progressed) => {
      if (spinner.isSpinning) spinner.text = progressText(progressed);
      else {
        // A second signal ends the process at once: the cursor comes back all the same.
        process.once('exit', stop);
        spinner.start(progressText(progressed));
      }
    },
    stop,
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
