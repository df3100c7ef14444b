// The files of a run: opened before the look, so that one that cannot be written is bad usage and no report is lost at the end.

import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { RunReport } from '../domain/run-report.ts';
import { ConfigError } from '../errors.ts';
import { writeJson } from './json.ts';
import { renderJunit } from './junit.ts';
import type { Terminal } from './terminal.ts';
import { renderText } from './text.ts';

/** `-` is standard output, in place of the text. `out` is a folder for all of them: summary.txt, report.json, junit.xml and the journal. */
export interface FileFlags {
  readonly json?: string;
  readonly junit?: string;
  readonly out?: string;
}

export interface ReportFiles {
  /** Whether one of them is standard output: then no text goes there. */
  readonly takeStandardOutput: boolean;
  write(report: RunReport): Promise<void>;
  /** For a run that ends without a report: the summary's only lines. */
  writeSummary(text: string): Promise<void>;
  /** A file that is new and still empty goes away again. The run's journal in `journals` is copied into the folder. */
  close(journals: string, runId: string): Promise<void>;
}

interface Sink {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** An archived file is read in a browser: wide, plain, UTF-8. */
const page: Terminal = { width: 120, colour: false, unicode: true };

/** Throws ConfigError where a file cannot be written. */
export async function openReportFiles(
  { json, junit, out }: FileFlags,
  standardOutput: (text: string) => Promise<void>,
): Promise<ReportFiles> {
  if (json === '-' && junit === '-')
    throw new ConfigError(['--json - and --junit - both want standard output: give one of them a file']);
  if (out !== undefined) makeFolder(out);
  const wanted: [flag: string, path: string | undefined, write: (report: RunReport, sink: Sink) => Promise<void>][] = [
    ['--json', json, writeReport],
    ['--junit', junit, writeCases],
    ['--out', within(out, 'report.json'), writeReport],
    ['--out', within(out, 'junit.xml'), writeCases],
  ];
  const opened: { readonly sink: Sink; readonly write: (report: RunReport, sink: Sink) => Promise<void> }[] = [];
  let summary: Sink | null = null;
  const closeAll = async () => {
    for (const { sink } of opened) await sink.close();
    await summary?.close();
  };
  try {
    for (const [flag, path, write] of wanted) {
      if (path !== undefined) opened.push({ sink: await openSink(flag, path, standardOutput), write });
    }
    if (out !== undefined) summary = await openSink('--out', join(out, 'summary.txt'), standardOutput);
  } catch (error) {
    await closeAll();
    throw error;
  }
  return {
    takeStandardOutput: json === '-' || junit === '-',
    write: async (report) => {
      for (const { sink, write } of opened) await write(report, sink);
      await summary?.write(renderText(report, page));
    },
    writeSummary: async (text) => summary?.write(text),
    close: async (journals, runId) => {
      await closeAll();
      if (out !== undefined) copyJournal(journals, runId, out);
    },
  };
}

function within(folder: string | undefined, name: string): string | undefined {
  return folder === undefined ? undefined : join(folder, name);
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw new ConfigError([`--out ${path}: cannot be made: ${(cause as Error).message}`], { cause });
  }
}

function writeReport(report: RunReport, sink: Sink): Promise<void> {
  return writeJson(report, sink.write);
}

function writeCases(report: RunReport, sink: Sink): Promise<void> {
  return sink.write(renderJunit(report));
}

/** An older file outlives a run that is interrupted: it is emptied only when there is something to write. */
async function openSink(flag: string, path: string, standardOutput: Sink['write']): Promise<Sink> {
  if (path === '-') return { write: standardOutput, close: async () => {} };
  try {
    const isNew = !existsSync(path);
    const file = await open(path, 'a');
    let begun = false;
    return {
      write: async (text) => {
        if (!begun && (await file.stat()).isFile()) await file.truncate();
        begun = true;
        await file.appendFile(text);
      },
      close: async () => {
        await file.close();
        if (isNew && !begun) await rm(path, { force: true });
      },
    };
  } catch (cause) {
    throw new ConfigError([`${flag} ${path}: cannot be written: ${(cause as Error).message}`], { cause });
  }
}

/** However the run ended: what it wrote to proxies is archived also where no report came of it. */
function copyJournal(journals: string, runId: string, folder: string): void {
  if (!existsSync(journals)) return;
  for (const name of readdirSync(journals)) {
    if (name.endsWith(`-${runId}.journal.jsonl`)) copyFileSync(join(journals, name), join(folder, basename(name)));
  }
}
