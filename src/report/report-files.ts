// The files of a run. They are tried before the look, so that an unwritable one is bad usage, and
// no report is lost at the end.

import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunHistory } from '../domain/run-history.ts';
import type { RunReport } from '../domain/run-report.ts';
import { ConfigError } from '../errors.ts';
import { isStandardOutput, refuseSame } from './distinct-files.ts';
import { type HtmlFile, type HtmlFolder, htmlFolder, htmlFolderIn } from './html-folder.ts';
import { writeJson, writePieces } from './json.ts';
import { renderJunit } from './junit.ts';
import { copyPrivately, isFull, type PrivateFile, privateFile, privateFileIn, type WriteText } from './private-file.ts';
import type { Terminal } from './terminal.ts';
import { renderText } from './text.ts';

/**
 * Flags that name files. `-` is standard output, in place of the text. `out` is a folder for all
 * files: summary.txt, report.json, junit.xml, html/ and the journal.
 */
export interface FileFlags {
  readonly json?: string;
  readonly junit?: string;
  /** A folder of pages for a browser. */
  readonly html?: string;
  readonly out?: string;
  /** The file for the plan that `plan` writes. */
  readonly output?: string;
  /** The metrics of the run, which its workflow writes. */
  readonly metricsFile?: string;
  /** A folder that the run makes. */
  readonly save?: string;
  readonly config?: string | undefined;
  /** Other input files of the command. */
  readonly reads?: readonly string[];
}

/** The output files of one run. */
export interface ReportFiles {
  /** Whether one of them is standard output: then no text is printed there. */
  readonly takeStandardOutput: boolean;
  /** What could not be written. The loss of one file does not stop the others. */
  readonly losses: readonly string[];
  write(report: RunReport): Promise<void>;
  /** Writes the summary of a run that ends without a report. */
  writeSummary(text: string): Promise<void>;
  writePlan(text: string): Promise<void>;
  /** For a command whose JSON is no report. */
  writeJson(text: string): Promise<void>;
  /** For a command whose cases are not those of a report. */
  writeJunit(text: string): Promise<void>;
  /** As `writeJson`, for a document that need not fit in memory. */
  writeJsonPieces(pieces: Iterable<string>): Promise<void>;
  /** For a command whose pages are not those of a report; composed where a flag asks for them. */
  writePages(compose: () => Promise<Iterable<HtmlFile>>): Promise<void>;
  /** Copies the run's journal from `journals` into the folder, however the run ended. */
  keepJournal(journals: string, runId: string): void;
}

/** One more place for the JSON report, which `open` makes. It has the name of its run. */
export interface KeptFile {
  readonly flag: string;
  readonly folder: string;
  /** Whether the run goes on where nothing can be written there; that is a loss all the same. */
  readonly mayFail: boolean;
  /** Throws the system's error where nothing can be written there. */
  open(): PrivateFile & { readonly path: string };
}

/** The reports that runs keep. */
export interface KeptReports {
  /** Where this run keeps its own; `null` where it keeps none. */
  readonly keep: KeptFile | null;
  /** The last runs, this one too where it was kept; `null` where nobody keeps any. */
  readPast(): Promise<RunHistory | null>;
}

type FlaggedFile = PrivateFile & { readonly flag: string; readonly path: string };
type FlaggedFolder = HtmlFolder & { readonly flag: string; readonly path: string };

/** The files of the folder; the journal is named by its run. */
const KEPT = ['report.json', 'junit.xml', 'summary.txt'] as const;

/** An archived file is read in a browser: wide, without colours, UTF-8. */
const page: Terminal = { width: 120, colour: false, unicode: true };

/**
 * Opens the files. Throws ConfigError where one cannot be written, or would overwrite another one
 * of the run.
 */
export function openReportFiles(
  flags: FileFlags,
  standardOutput: WriteText,
  { keep, readPast }: KeptReports = { keep: null, readPast: async () => null },
): ReportFiles {
  const { json, junit, html, out, output, metricsFile, save, config, reads = [] } = flags;
  const named = Object.entries({ '-o': output, '--json': json, '--junit': junit }).filter(isGiven);
  const read = Object.entries({ '-c': config }).filter(isGiven);
  const made = Object.entries({ '--save': save, '--html': html, '--metrics-file': metricsFile }).filter(isGiven);
  refuseSame(
    [...read, ...reads.filter((path) => path !== '-').map((path) => ['reading', path] as const), ...named, ...made],
    out,
    KEPT,
  );
  if (out !== undefined) makeFolder(out);
  const losses: string[] = [];
  const places = new Map(named.map(([flag, path]) => [flag, placeOf(flag, path, standardOutput)]));
  const kept = (name: (typeof KEPT)[number]) => (out === undefined ? [] : [placeIn(out, name)]);
  const reports = [...placesOf('--json'), ...kept('report.json')];
  if (keep !== null) reports.push(...placeOfKept(keep));
  const cases = [...placesOf('--junit'), ...kept('junit.xml')];
  const summary = kept('summary.txt');
  const folders = [
    ...(html === undefined ? [] : [folderOf('--html', html, () => htmlFolder(html))]),
    ...(out === undefined ? [] : [folderOf('--out', join(out, 'html'), () => htmlFolderIn(out, 'html'))]),
  ];

  function placesOf(flag: string): readonly FlaggedFile[] {
    const place = places.get(flag);
    return place === undefined ? [] : [place];
  }
  async function putAll(all: readonly FlaggedFile[], compose: (write: WriteText) => Promise<void>): Promise<void> {
    for (const { flag, path, put } of all) await put(compose).catch(lost(flag, path));
  }
  function placeOfKept({ flag, folder, mayFail, open }: KeptFile): readonly FlaggedFile[] {
    try {
      return [{ flag, ...open() }];
    } catch (cause) {
      const loss = `${flag} ${folder}: cannot be written: ${(cause as Error).message}`;
      if (!mayFail) throw new ConfigError([loss], { cause });
      losses.push(loss);
      return [];
    }
  }
  async function putFolders(compose: () => Promise<Iterable<HtmlFile>>): Promise<void> {
    if (folders.length === 0) return;
    const { withStyle } = await import('./html/files.ts');
    for (const { flag, path, put } of folders) await put(withStyle(await compose())).catch(lost(flag, path));
  }
  async function pagesOf(report: RunReport): Promise<Iterable<HtmlFile>> {
    const [{ reportPages }, past] = await Promise.all([import('./html/front-page.ts'), readPast()]);
    return reportPages(report, past);
  }
  function lost(flag: string, path: string): (error: unknown) => void {
    return (error) => losses.push(`${flag} ${path}: cannot be written: ${(error as Error).message}`);
  }

  return {
    takeStandardOutput: [json, junit, metricsFile].some((path) => path !== undefined && isStandardOutput(path)),
    losses,
    write: async (report) => {
      await putAll(reports, (write) => writeJson(report, write));
      await putAll(cases, (write) => write(renderJunit(report)));
      await putFolders(() => pagesOf(report));
      await putAll(summary, (write) => write(renderText(report, page)));
    },
    writeSummary: (text) => putAll(summary, (write) => write(text)),
    writePlan: (text) => putAll(placesOf('-o'), (write) => write(text)),
    writeJson: (text) => putAll(placesOf('--json'), (write) => write(text)),
    writeJunit: (text) => putAll(placesOf('--junit'), (write) => write(text)),
    writeJsonPieces: (pieces) => putAll(placesOf('--json'), (write) => writePieces(pieces, write)),
    writePages: putFolders,
    keepJournal(journals, runId) {
      if (out === undefined || !existsSync(journals)) return;
      try {
        const name = readdirSync(journals).find((each) => each.endsWith(`.${runId}.journal.jsonl`));
        if (name !== undefined) copyPrivately(join(journals, name), out);
      } catch (error) {
        lost('--out', out)(error);
      }
    },
  };
}

function isGiven(entry: [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined;
}

function placeOf(flag: string, path: string, standardOutput: WriteText): FlaggedFile {
  if (isStandardOutput(path)) return { flag, path, put: (compose) => compose(standardOutput) };
  return { flag, path, ...tried(flag, path, () => privateFile(path)) };
}

function placeIn(out: string, name: string): FlaggedFile {
  const path = join(out, name);
  return { flag: '--out', path, ...tried('--out', path, () => privateFileIn(out, name)) };
}

function folderOf(flag: string, path: string, make: () => HtmlFolder): FlaggedFolder {
  return { flag, path, ...tried(flag, path, make) };
}

function tried<T>(flag: string, path: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw new ConfigError([`${flag} ${path}: cannot be written: ${(cause as Error).message}`], { cause });
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    if (!isFull(cause))
      throw new ConfigError([`--out ${path}: cannot be made: ${(cause as Error).message}`], { cause });
  }
}
