// A first configuration: asks one proxy for its mesh, writes the file, and asks every proxy that
// the file names.

import { existsSync, writeFileSync } from 'node:fs';
import { firstConfiguration } from '../config/first-configuration.ts';
import { loadSettings } from '../config/load.ts';
import { exitCodes } from '../domain/exit-codes.ts';
import { ConfigError, ProtocolError, TransportError } from '../errors.ts';
import { quote } from '../input/complaint.ts';
import { isEnvironmentName } from '../input/names.ts';
import { writeOut } from '../process/output.ts';
import { displayText } from '../report/display.ts';
import { withCommandRun } from '../session/command-run.ts';
import type { LookFlags } from '../session/look-flags.ts';
import type { Call } from '../session/mesh.ts';
import { USUAL_CONFIG } from '../session/mesh-flags.ts';
import { machine } from '../session/settings.ts';
import { askFirstProxy } from './ask-first-proxy.ts';
import { tellFirstLook } from './first-look.ts';

export interface InitFlags {
  readonly output?: string;
  readonly table?: string;
  readonly environment?: string;
  readonly force?: boolean;
}

const DEFAULT_ENVIRONMENT = 'my-mesh';

/**
 * Resolves to 0, or to 3 where a proxy of the mesh is not in the file or could not be asked.
 * Rejects with ConfigError where nothing was written.
 */
export async function initCommand(endpoint: string, flags: InitFlags, call: Call): Promise<number> {
  const { output = USUAL_CONFIG, environment = DEFAULT_ENVIRONMENT } = flags;
  if (!isEnvironmentName(environment)) {
    throw new ConfigError([
      `--environment: expected letters, digits and . _ - that begin with a letter or a digit, found ${quote(environment)}`,
    ]);
  }
  const isFile = output !== '-';
  if (isFile && flags.force !== true && existsSync(output))
    throw new ConfigError([`${output} is there already: --force overwrites it, -o FILE writes another`]);
  const first: LookFlags = { proxy: [endpoint], ...(flags.table !== undefined && { table: flags.table }) };
  return underItsName(
    withCommandRun(first, call, async (commandRun) => {
      let text: string;
      try {
        const facts = await askFirstProxy(commandRun, flags.table ?? null);
        const date = new Date(commandRun.context.clock.now()).toISOString().slice(0, 10);
        text = firstConfiguration({ ...facts, environment, date, version: call.run.version });
      } catch (error) {
        if (!(error instanceof TransportError || error instanceof ProtocolError)) throw error;
        commandRun.context.progress.stop();
        process.stderr.write(`splitbrain: ${endpointLine(error)}\nNothing was written.\n`);
        return exitCodes.incomplete;
      }
      requireValid(text, output);
      commandRun.context.progress.stop();
      if (!isFile) {
        await writeOut(text);
        return exitCodes.agree;
      }
      write(output, text, flags.force === true);
      await writeOut(`Wrote ${output}.\n`);
      return withCommandRun(namedBy(output), call, (written) => tellFirstLook(written, output));
    }),
  );
}

/** The endpoint is an argument here, which other commands take as a flag. */
async function underItsName(run: Promise<number>): Promise<number> {
  try {
    return await run;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.complaints.map((complaint) => complaint.replace(/^--proxy #1:/, 'ENDPOINT:')));
  }
}

function endpointLine({ message, remedy }: TransportError | ProtocolError): string {
  return displayText(`${message.replace(/\.$/, '')}: ${remedy}`, true);
}

/** The file is read as every command reads it, before it is there. */
function requireValid(text: string, output: string): void {
  loadSettings(output, { ...machine, readFile: (path) => (path === output ? text : machine.readFile(path)) });
}

function write(path: string, text: string, mayOverwrite: boolean): void {
  try {
    writeFileSync(path, text, { flag: mayOverwrite ? 'w' : 'wx' });
  } catch (error) {
    throw new ConfigError([`-o ${path} cannot be written: ${(error as Error).message}`]);
  }
}

/** Without `-c` where the file is found without it: the next commands are then short. */
function namedBy(path: string): LookFlags {
  return path === USUAL_CONFIG ? { proxy: [] } : { config: path, proxy: [] };
}
