// The first look at a mesh that a configuration names: is every proxy reached, and is every member
// of the mesh in the file?

import { exitCodes } from '../domain/exit-codes.ts';
import type { ProxyView } from '../domain/view.ts';
import { writeOut } from '../process/output.ts';
import { displayName, displayText } from '../report/display.ts';
import { nextCommand } from '../report/next-command.ts';
import { describeTerminal } from '../report/terminal.ts';
import type { CommandRun } from '../session/command-run.ts';
import { look } from './look.ts';

/**
 * Says of each proxy whether it was read, and which member of the mesh is not in the file at
 * `path`. Resolves to 0, or to 3 where one lacks.
 */
export async function tellFirstLook(commandRun: CommandRun, path: string): Promise<number> {
  const { settings, context, mesh } = commandRun;
  const { proxies, exitCode } = await look(commandRun);
  context.progress.stop();
  const { unicode } = describeTerminal(process.stdout, process.env);
  const names = new Set(proxies.flatMap(({ name, localPeer }) => [name, localPeer]));
  const listed = proxies.flatMap(({ peers }) => peers.map(({ name }) => name));
  const missing = [...new Set(listed)].filter((name) => !names.has(name)).sort();
  const expected = settings.proxies.expected?.min ?? proxies.length;
  const read = proxies.filter(({ status }) => status === 'ok').length;
  const isWhole = exitCode !== exitCodes.incomplete && read === proxies.length && read >= expected;
  const next = nextCommand(context.run, 'report');
  const lines = [
    `Table ${settings.table}, ${count(expected, 'proxy', 'proxies')}:`,
    ...proxies.map((view) => `  ${displayName(view.name, unicode)}  ${stateOf(view, unicode)}`),
    ...missing.map((peer) => `  ${displayName(peer, unicode)}  is not in the file yet`),
    ...mesh.notes.map((note) => displayText(note, unicode)),
    isWhole
      ? `Every proxy of the mesh was read. Next: ${next}`
      : `${read} of ${expected} proxies were read. Edit ${path}, then: ${next}`,
  ];
  await writeOut(`${lines.join('\n')}\n`);
  return isWhole ? exitCodes.agree : exitCodes.incomplete;
}

function count(number: number, one: string, more: string): string {
  return `${number} ${number === 1 ? one : more}`;
}

function stateOf({ status, trouble, table, haproxy }: ProxyView, unicode: boolean): string {
  const words = trouble === null ? '' : `: ${trouble.message.replace(/\.$/, '')}: ${trouble.remedy}`;
  if (status !== 'ok') return displayText(`${status}${words}`, unicode);
  return displayText(`ok, HAProxy ${haproxy}, ${count(table?.entries ?? 0, 'entry', 'entries')}`, unicode);
}
