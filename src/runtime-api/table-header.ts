// The line that heads every answer about a table: its name, type, size and how much of it is used.

export interface TableHeader {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly used: number;
}

/**
 * Reads `# table: nodes, type: string, size:204800, used:1` (2.6 to 3.4); `null` for any other
 * line.
 */
export function parseTableHeader(line: string): TableHeader | null {
  const match = /^# table: (.+), type: ([^,]+), size:\s*(\d+), used:\s*(\d+)/.exec(line);
  return match && { name: match[1]!, type: match[2]!, size: Number(match[3]), used: Number(match[4]) };
}
