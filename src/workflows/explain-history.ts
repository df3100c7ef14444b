// Since when a conference has its findings, from the kept reports of earlier runs.

import type { Explanation, PastEvent } from '../domain/explanation.ts';
import type { SeenFinding } from '../domain/run-history.ts';
import { readHistory } from '../history/read-history.ts';
import type { MeshRun } from '../session/mesh.ts';

/** The explanation, with what the reports in `folder` say of it. */
export async function addHistory(
  { settings, context }: MeshRun,
  explanation: Explanation,
  folder: string,
): Promise<Explanation> {
  const { environment, table } = settings;
  const history = await readHistory({ folder, environment, table }, new Date(context.clock.now()), context.signal);
  if ('problem' in history)
    return { ...explanation, notes: [...explanation.notes, `Kept reports could not be read: ${history.problem}.`] };
  const seen = [...history.findings.values()].filter(({ key }) => key === explanation.key);
  const past = [...explanation.past, ...seen.map(eventOf)].sort((one, other) => (one.at < other.at ? 1 : -1));
  return { ...explanation, past };
}

function eventOf({ kind, since, mayBeOlder, lastSeen, isPresent, runs, times }: SeenFinding): PastEvent {
  const often = `seen in ${runs} ${runs === 1 ? 'run' : 'runs'}`;
  const breaks = times > 1 ? `, the last of ${times} times` : '';
  const end = isPresent ? '' : `, last at ${lastSeen.toISOString().replace('T', ' ').slice(0, 19)} UTC`;
  const older = mayBeOlder ? ' or longer: no kept report is without it' : '';
  return {
    at: since.toISOString(),
    runId: null,
    source: 'report',
    what: isPresent ? `${kind} since then${older}, ${often}${breaks}` : `${kind} from then on, ${often}${breaks}${end}`,
  };
}
