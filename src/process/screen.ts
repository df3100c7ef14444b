// A page that fills the terminal, on its second screen: drawn in place, and gone without a trace.

import type { WriteStream } from 'node:tty';

export interface Screen {
  /** Replaces the page. Lines that are too long are cut by the terminal. */
  draw(lines: readonly string[]): void;
  /** Brings back what the terminal showed before. Safe to call twice. */
  close(): void;
}

const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l';
/** Terminals that know these two show a page whole; others ignore them. */
const [BEGIN, END] = ['\x1b[?2026h', '\x1b[?2026l'];

export function openScreen(stream: WriteStream): Screen {
  let isOpen = true;
  let isPaused = false;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    process.off('exit', close);
    process.off('SIGTSTP', pause);
    process.off('SIGCONT', resume);
    if (!isPaused) stream.write(LEAVE);
  };
  const pause = () => {
    if (!isPaused) stream.write(LEAVE);
    isPaused = true;
    process.kill(process.pid, 'SIGSTOP');
  };
  const resume = () => {
    if (isPaused) stream.write(ENTER);
    isPaused = false;
  };
  // A second signal ends the process at once: the terminal must come back even then.
  process.once('exit', close);
  // The shell that gets the terminal after Ctrl-Z shows its prompt on it.
  process.on('SIGTSTP', pause);
  process.on('SIGCONT', resume);
  stream.write(ENTER);
  return {
    draw(lines) {
      // A terminal that has stopped (Ctrl-S) gets the newest page later, not all of them.
      if (!isOpen || isPaused || stream.writableLength > 0) return;
      stream.write(`${BEGIN}\x1b[H${lines.join('\x1b[K\r\n')}\x1b[K\x1b[J${END}`);
    },
    close,
  };
}
