// The command `fill`: adds entries to proxies that lack them, before they take traffic. It changes
// no route.

import type { FilledProxies, FillTally } from '../domain/fill.ts';
import type { RunReport } from '../domain/run-report.ts';
import { ConfigError } from '../errors.ts';
import { nearestName } from '../input/nearest-name.ts';
import { planFill, tallyFill } from '../plan/fill.ts';
import { renderFill, renderLeft } from '../report/fill-lines.ts';
import { isExpressible } from '../runtime-api/escape.ts';
import type { CommandRun } from '../session/command-run.ts';
import type { LiveFlags } from '../session/look-flags.ts';
import type { Call } from '../session/mesh.ts';
import { type HealFlags, type Story, writing } from './heal.ts';
import { stampOf } from './propose.ts';

/** The flags of `splitbrain fill`. */
export interface FillFlags extends HealFlags {
  /** How many conferences the run fills in at most; by default `heal.maxMissing`. */
  readonly atMost?: number;
}

/** An endpoint has one of these; of the names of proxies, only those that are no plain names. */
const ENDPOINT = /[/:=@]/;

/** Conferences of the plan that are shown in full: all are alike. */
const SHOWN = 3;

/** Resolves to the exit code. */
export function fillCommand(flags: FillFlags, call: Call): Promise<number> {
  const { names, endpoints } = proxyWords(flags);
  const proxies = names.length === 0 ? null : new Set(names);
  return writing({ ...flags, proxy: endpoints }, call, storyOf(proxies, flags));
}

/** The words of a job: names with blanks between them, and a number. */
interface JobWords {
  readonly proxies: string;
  readonly atMost: string | undefined;
}

/** The fill of a job. Nobody is asked, so that the configuration must consent. */
export function unattendedFill(flags: LiveFlags, { proxies, atMost }: JobWords, call: Call): Promise<number> {
  if (atMost !== undefined && !/^[1-9]\d{0,8}$/.test(atMost))
    throw new ConfigError([`--at-most ${JSON.stringify(atMost)}: it is no whole number above 0`]);
  const names = proxies.split(/\s+/).filter((name) => name !== '');
  const limit = atMost === undefined ? {} : { atMost: Number(atMost) };
  const story = storyOf(names.length === 0 ? null : new Set(names), limit);
  return writing({ ...flags, yes: true }, call, {
    ...story,
    checkUsage: (commandRun) => {
      if (!commandRun.settings.heal.consented)
        throw new ConfigError([
          'the configuration has no `heal:` section, so that nothing may be written without a person; add one (it may be empty: `heal: {}`)',
        ]);
      story.checkUsage?.(commandRun);
    },
  });
}

/**
 * The values of `--proxy`. Beside a configuration they are names of its proxies; without one,
 * endpoints name the mesh, as for every command, and the other words name proxies of it.
 */
export function proxyWords({ config, proxy }: Pick<FillFlags, 'config' | 'proxy'>): {
  readonly names: readonly string[];
  readonly endpoints: readonly string[];
} {
  if (config !== undefined) return { names: proxy, endpoints: [] };
  return {
    names: proxy.filter((word) => !ENDPOINT.test(word)),
    endpoints: proxy.filter((word) => ENDPOINT.test(word)),
  };
}

function storyOf(proxies: FilledProxies, { atMost }: Pick<FillFlags, 'atMost'>): Story {
  const namesAgain = [...(proxies ?? [])].flatMap((name) => ['--proxy', name]);
  const limitAgain = atMost === undefined ? [] : ['--at-most', String(atMost)];
  const tallyOf = (report: RunReport): FillTally =>
    tallyFill(report, report.proposal?.plan ?? { conferences: [] }, proxies);
  return {
    checkUsage: (commandRun) => checkNames(proxies, commandRun),
    makePlan: (report, { settings, context }) =>
      planFill(
        report,
        {
          settings: { ...settings.heal, maxMissing: atMost ?? settings.heal.maxMissing },
          // The cooldown is about routes that flap. A fill changes none.
          healsOf: () => 0,
          uncounted: null,
          isExpressible,
          ...stampOf(context),
        },
        proxies,
      ),
    words: {
      limit: SHOWN,
      beforePlan: (report, terminal) => renderFill(tallyOf(report), report, terminal),
      afterOutcome: (report, terminal) =>
        renderLeft(tallyOf(report), report, { words: [...namesAgain, ...limitAgain], terminal }),
    },
  };
}

/** Throws `ConfigError` where a named proxy is none of the mesh. */
function checkNames(proxies: FilledProxies, { mesh }: CommandRun): void {
  const known = mesh.members.map(({ target }) => target.name);
  const unknown = [...(proxies ?? [])].filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new ConfigError(
    unknown.map((name) => {
      const nearest = nearestName(name, known);
      const meant = nearest === undefined ? `they are ${known.join(', ')}` : `did you mean ${nearest}?`;
      return `--proxy ${JSON.stringify(name)}: no proxy of this mesh has that name: ${meant}`;
    }),
  );
}
