// One moving line on standard error while machines are read; nothing where standard error is no
// terminal.

import type { Writable } from 'node:stream';
import type { Spinner } from 'yocto-spinner';

/** The stages of a run that take noticeable time. */
type Stage = 'collect' | 'search' | 'analyse' | 'census' | 'confirm' | 'write';

/**
 * How far a run is. `done` and `total` count proxies, or conferences in `write`. `bytes` were
 * read since the run began.
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
  /** Removes the line. Safe to call twice. */
  stop(): void;
}

/** ASCII: every terminal can show it. */
const frames = ['-', '\\', '|', '/'];

const silent: ProgressLine = { update: () => {}, stop: () => {} };

/** Shows nothing unless `enabled` and `stream` is a terminal; only then the library is loaded. */
export async function createProgressLine(
  stream: Writable & { readonly isTTY?: boolean },
  enabled: boolean,
): Promise<ProgressLine> {
  if (!enabled || stream.isTTY !== true) return silent;
  const { default: yoctoSpinner } = await import('yocto-spinner');
  // `main.ts` ends the process. By default the library would end it at a signal.
  const spinner: Spinner = yoctoSpinner({ stream, handleSignals: false, spinner: { frames, interval: 120 } });
  const stop = () => {
    process.off('exit', stop);
    spinner.stop();
  };
  return {
    update: (progressed) => {
      if (spinner.isSpinning) spinner.text = progressText(progressed);
      else {
        // A second signal ends the process at once: the cursor must come back even then.
        process.once('exit', stop);
        spinner.start(progressText(progressed));
      }
    },
    stop,
  };
}

/** The text of the line. */
export function progressText({ stage, done, total, bytes }: Progressed): string {
  switch (stage) {
    case 'collect':
      return `Reading proxies: ${done} of ${total}, ${(bytes / 1e6).toFixed(1)} MB`;
    case 'search':
      return `Reading all names of the tables: ${done} of ${total} proxies, ${(bytes / 1e6).toFixed(1)} MB`;
    case 'analyse':
      return `Comparing ${total} proxies, ${(bytes / 1e6).toFixed(1)} MB`;
    case 'census':
      return `Waiting for clients to move, then asking ${total} shards again`;
    case 'confirm':
      return `Looking again: ${done} of ${total}`;
    case 'write':
      return done < total
        ? `Writing: ${done} of ${total} conferences`
        : `Written: ${total} conferences; reading whether they hold`;
  }
}
