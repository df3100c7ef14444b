// The configuration file as a tree of plain values, with the position of each in the text.

import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { type Complaint, type Path, quote, spellPath } from '../input/complaint.ts';
import { type Environment, fillVariables } from '../input/environment.ts';

/** A configuration that was read, and its positions. */
export interface ConfigDocument {
  /**
   * Objects without prototype, arrays, texts with their variables filled in, numbers, booleans,
   * `null`. `undefined` where the text is not YAML.
   */
  readonly tree: unknown;
  readonly complaints: readonly Complaint[];
  /** Whether the value at `path` lacks an environment variable, so that it cannot be judged. */
  isUnknown(path: Path): boolean;
  /**
   * Line and column, from 1, of a complaint: those of the value's name, or of the nearest mapping
   * around it that exists.
   */
  place(complaint: Complaint): { readonly line: number; readonly column: number };
  /**
   * The value at `path` for people: variables not filled in, secrets left out; `null` where there
   * is none.
   */
  found(path: Path): string | null;
}

/** Levels. No configuration is nested deeper; it limits the recursion over the tree. */
const DEEPEST = 32;

const SECRETS: ReadonlySet<string | number | undefined> = new Set(['passphrase', 'token', 'headers']);

/**
 * Reads YAML 1.2. Anchors, tags, names that stand twice and a second document are complaints,
 * because they make a file mean something else than it seems to.
 */
export function readDocument(text: string, env: Environment): ConfigDocument {
  const lines = new LineCounter();
  // With `silent` the library does not report a second document.
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'error' });
  // A place that is no YAML makes what follows unreadable too: only the first is told.
  const firstBroken = yaml.errors.find(({ code }) => code !== 'MULTIPLE_DOCS');
  const told = yaml.errors.filter((error) => error === firstBroken || error.code === 'MULTIPLE_DOCS');
  const complaints: Complaint[] = [...told, ...yaml.warnings].map((trouble) => ({
    path: [],
    text:
      trouble.code === 'MULTIPLE_DOCS'
        ? 'a second document begins here (---): one file configures one mesh'
        : // What follows a colon quotes the file, and might be a secret.
          `this is not the YAML that is understood here: ${trouble.message.replace(/: .*$/s, '')}`,
    offset: trouble.pos[0],
  }));
  const offsets = new Map<string, number>();
  const shown = new Map<string, string>();
  const unknown = new Set<string>();
  const complain = (path: Path, what: string) => complaints.push({ path, text: what });

  function read(node: unknown, path: Path): unknown {
    const spelled = spellPath(path);
    if (!offsets.has(spelled)) offsets.set(spelled, (node as Node | null)?.range?.[0] ?? 0);
    shown.set(spelled, describe(node, path));
    if (path.length > DEEPEST) {
      complain(path, 'is nested too deeply');
      return null;
    }
    if (isMap(node)) return readMapping(node.items, path);
    if (isSeq(node)) return node.items.map((item, index) => read(item, [...path, index]));
    if (node === null || node === undefined) return null;
    const value = isScalar(node) ? node.value : node;
    if (typeof value === 'string') return fill(value, path);
    if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
    unknown.add(spelled);
    complain(path, 'is an alias or carries a tag: write the value itself');
    return null;
  }

  function readMapping(items: readonly { key: unknown; value: unknown }[], path: Path): unknown {
    const mapping: Record<string, unknown> = Object.create(null);
    for (const { key, value } of items) {
      if (!isScalar(key) || typeof key.value === 'object') {
        complain(path, 'has a name that is no plain text');
        continue;
      }
      const name = String(key.value);
      const inner = [...path, name];
      const offset = key.range?.[0] ?? 0;
      const before = offsets.get(spellPath(inner));
      if (Object.hasOwn(mapping, name)) {
        const first = before === undefined ? '' : `, first on line ${lines.linePos(before).line}`;
        complaints.push({ path: inner, text: `stands twice${first}`, offset });
        continue;
      }
      offsets.set(spellPath(inner), offset);
      mapping[name] = read(value, inner);
    }
    return mapping;
  }

  function fill(value: string, path: Path): string {
    const filled = fillVariables(value, env);
    if (filled.malformed)
      complain(path, 'expected the name of an environment variable and } after ${ (a literal ${ is written $${)');
    for (const name of filled.missing) complain(path, `the environment variable ${name} is not set`);
    if (filled.malformed || filled.missing.length > 0) unknown.add(spellPath(path));
    return filled.text;
  }

  return {
    tree: firstBroken !== undefined ? undefined : read(yaml.contents, []),
    complaints,
    isUnknown: (path) => unknown.has(spellPath(path)),
    place: ({ path, offset }) => {
      const { line, col } = lines.linePos(offset ?? nearestOffset(offsets, path));
      // An empty text has no lines: its only position is its beginning.
      return { line: Math.max(1, line), column: Math.max(1, col) };
    },
    found: (path) => shown.get(spellPath(path)) ?? null,
  };
}

function nearestOffset(offsets: ReadonlyMap<string, number>, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const offset = offsets.get(spellPath(path.slice(0, length)));
    if (offset !== undefined) return offset;
  }
  return 0;
}

function describe(node: unknown, path: Path): string {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node)) return node === null ? 'nothing' : 'an alias';
  const { value } = node;
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'object' || typeof value === 'symbol') return 'a tagged value';
  if (path[0] === 'notify' || path.some((step) => SECRETS.has(step)))
    return typeof value === 'string' ? 'a text' : `a ${typeof value}`;
  if (typeof value !== 'string') return String(value);
  return value.includes('\n') ? 'several lines' : quote(value);
}
