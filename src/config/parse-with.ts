// How the schema reads a tree: values by readers, mappings without unknown names, and every
// complaint in this program's words.

import * as z from 'zod';
import { type Complaint, isProblem, type Path, type Problem } from '../input/complaint.ts';
import { nearestName } from '../input/nearest-name.ts';

/**
 * A single value. zod validates the result of the reader; a problem becomes an issue, with its hint
 * beside it.
 */
export function value<T>(reader: (value: unknown) => T | Problem) {
  return z.unknown().transform((raw, context): T => {
    const result = raw === undefined || raw === null ? { problem: absence(raw) } : reader(raw);
    if (!isProblem(result)) return result;
    context.addIssue({ code: 'custom', message: result.problem, params: { hint: result.hint } });
    return z.NEVER;
  });
}

function absence(raw: unknown): string {
  return raw === undefined ? 'is missing' : 'is empty: give it a value or take the line away';
}

/**
 * A mapping in which any other name is an error. The issue's message lists the right names, because
 * only this function knows them.
 */
export function mapping<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys') return Object.keys(shape).join(' ');
      const isThere = issue.input !== undefined && issue.input !== null;
      return isThere ? `expected a mapping of ${Object.keys(shape).join(', ')}` : undefined;
    },
  });
}

/** Parses `tree`: gives the value, or every complaint. */
export function parseWith<Shape extends z.ZodType>(
  shape: Shape,
  tree: unknown,
): { readonly value: z.output<Shape> } | { readonly complaints: readonly Complaint[] } {
  const result = shape.safeParse(tree, { error: sayIssue });
  return result.success ? { value: result.data } : { complaints: result.error.issues.flatMap(toComplaints) };
}

function sayIssue(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'too_small') return 'expected at least one item';
  if (issue.input === undefined || issue.input === null) return absence(issue.input);
  if (issue.code === 'invalid_type' && issue.expected === 'array') return 'expected a list';
  return 'expected a mapping';
}

function toComplaints(issue: z.core.$ZodIssue): Complaint[] {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(' ');
    return issue.keys.map((key) => ({ path: [...path, key], ...sayUnknown(key, known) }));
  }
  return [{ path, text: issue.message, hint: issue.code === 'custom' ? issue.params?.hint : undefined }];
}

function sayUnknown(key: string, known: readonly string[]): { readonly text: string; readonly hint?: string } {
  const hint = nearestName(key, known);
  return hint === undefined
    ? { text: `is not known here; known are ${known.join(', ')}` }
    : { text: 'is not known here', hint };
}
