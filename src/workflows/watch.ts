// `report --watch`: looks again and again, and keeps one page of the terminal up to date. Looks
// never overlap; each reads the configuration and opens its connections anew, as a run of its own.

import { setTimeout as delay } from 'node:timers/promises';
import { exitCodes } from '../domain/exit-codes.ts';
import type { RunReport } from '../domain/run-report.ts';
import { ConfigError } from '../errors.ts';
import { isProblem } from '../input/complaint.ts';
import { parseDuration } from '../input/duration.ts';
import { systemClock } from '../process/clock.ts';
import { openScreen } from '../process/screen.ts';
import { changesBetween, type LookMemory, rememberLook } from '../report/look-changes.ts';
import { describeTerminal } from '../report/terminal.ts';
import { type WatchState, watchPage } from '../report/watch-page.ts';
import { withCommandRun } from '../session/command-run.ts';
import type { LookFlags } from '../session/look-flags.ts';
import type { Call } from '../session/mesh.ts';
import { look } from './look.ts';

export type WatchFlags = LookFlags & { readonly watch?: string | boolean };

const DEFAULT_EVERY_MS = 10_000;
/** A look costs each proxy a dump of its table. */
const SHORTEST_EVERY_MS = 1_000;
const MOST_CHANGES = 8;
/** How often the ages on the page move on. */
const TICK_MS = 1_000;

/** Flags that make no sense here: a page is no file, and saved dumps never change. */
const others = ['json', 'junit', 'html', 'history', 'save', 'from', 'wait'] as const;

/** Resolves to 130 when it is interrupted. Rejects with ConfigError before the page is drawn. */
export async function watchCommand(flags: WatchFlags, call: Call): Promise<number> {
  const everyMs = everyOf(flags);
  const { stdout } = process;
  if (stdout.isTTY !== true)
    throw new ConfigError(['--watch draws a page on a terminal: for a log, run splitbrain monitor on a schedule']);
  const { watch: _, ...given } = flags;
  // Logs would be written over the page; in a file they are welcome.
  const quiet: LookFlags = process.stderr.isTTY === true ? { ...given, logLevel: 'silent' } : given;
  let state: WatchState = {
    nowMs: systemClock.now(),
    everyMs,
    lookingSinceMs: null,
    nextAtMs: systemClock.now(),
    good: null,
    trouble: null,
    changes: [],
  };
  let memory: LookMemory | null = null;
  const screen = openScreen(stdout);
  const draw = () => {
    state = { ...state, nowMs: systemClock.now() };
    screen.draw(watchPage(state, describeTerminal(stdout, process.env), stdout.rows || 24));
  };
  const ticking = setInterval(draw, TICK_MS);
  stdout.on('resize', draw);
  try {
    while (!call.signal.aborted) {
      state = { ...state, lookingSinceMs: systemClock.now() };
      draw();
      const looked = await lookOnce(quiet, call);
      if (call.signal.aborted) break;
      const atMs = systemClock.now();
      const nextAtMs = Math.max(atMs, (state.lookingSinceMs ?? atMs) + everyMs);
      state = { ...state, lookingSinceMs: null, nextAtMs };
      if ('report' in looked) {
        const { report } = looked;
        const seen = rememberLook(report);
        const news = memory === null ? [] : changesBetween(memory, seen).map((text) => ({ atMs, text }));
        memory = seen;
        state = {
          ...state,
          good: { report, atMs },
          trouble: null,
          changes: [...news, ...state.changes].slice(0, MOST_CHANGES),
        };
      } else {
        if (looked.error instanceof ConfigError && state.good === null) throw looked.error;
        const { message } = looked.error as Error;
        state = { ...state, trouble: { text: message, atMs } };
      }
      draw();
      await delay(nextAtMs - systemClock.now(), undefined, { signal: call.signal }).catch(() => {});
    }
    return exitCodes.interrupted;
  } finally {
    clearInterval(ticking);
    stdout.off('resize', draw);
    screen.close();
  }
}

function everyOf(flags: WatchFlags): number {
  const complaints = others
    .filter((name) => flags[name] !== undefined)
    .map((name) => `--${name} does not go with --watch`);
  const { watch } = flags;
  const text = typeof watch === 'string' ? watch : null;
  const everyMs = text === null ? DEFAULT_EVERY_MS : parseDuration(/^\d+$/.test(text) ? `${text}s` : text);
  if (isProblem(everyMs) || everyMs < SHORTEST_EVERY_MS)
    throw new ConfigError([...complaints, '--watch: expected a number of seconds from 1 on, as in --watch 10']);
  if (complaints.length > 0) throw new ConfigError(complaints);
  return everyMs;
}

/** An error is an answer here: the page tells it, and the next look may go well. */
async function lookOnce(
  flags: LookFlags,
  call: Call,
): Promise<{ readonly report: RunReport } | { readonly error: unknown }> {
  let report: RunReport | null = null;
  try {
    await withCommandRun(flags, call, async (commandRun) => {
      const progress = { update: () => {}, stop: () => {} };
      report = await look({ ...commandRun, context: { ...commandRun.context, progress } });
      return exitCodes.agree;
    });
    return { report: report! };
  } catch (error) {
    return { error };
  }
}
