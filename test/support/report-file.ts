// The report as `--json` writes it, as far as tests read it, and the shortest words for what it
// found.

export interface ReportFile {
  readonly verdict: string;
  readonly exitCode: number;
  readonly run: { readonly looks: number; readonly source: string | null };
  readonly proxies: readonly {
    readonly name: string;
    readonly status: string;
    readonly trouble: { readonly code: string; readonly message: string; readonly remedy: string } | null;
    readonly haproxy: string | null;
    readonly table: { readonly entries: number; readonly keyLength: number | null } | null;
    readonly servers: readonly {
      readonly backend: string;
      readonly id: number;
      readonly state: string;
      readonly counts: boolean;
    }[];
  }[];
  readonly shards: readonly {
    readonly address: string;
    readonly name: string | null;
    readonly conferences: number;
    readonly state: string;
  }[];
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly ReportedFinding[];
  readonly meshFindings: readonly {
    readonly kind: string;
    readonly proxy: string | null;
    readonly peer: string | null;
    readonly because: string;
  }[];
  readonly notes: readonly string[];
}

export interface ReportedFinding {
  readonly kind: string;
  readonly key: string;
  readonly conference: string;
  readonly cause: string | null;
  readonly because: string;
  readonly routes: readonly {
    readonly proxy: string;
    readonly shard: string | null;
    readonly serverId: number;
    readonly serverKey: string | null;
  }[];
  readonly absentOn: readonly string[];
}

/** `split t/a: peer-link-down`, one for each finding, in order. */
export function findingLines({ findings }: ReportFile): readonly string[] {
  return findings
    .map(({ kind, conference, cause }) => `${kind} ${conference}${cause === null ? '' : `: ${cause}`}`)
    .sort();
}

/**
 * Where each proxy sends the conference: `{ 'hap-a': '127.0.1.11:9000', ... }`; proxies without an
 * entry are left out.
 */
export function routesOf({ findings }: ReportFile, conference: string): Readonly<Record<string, string | null>> {
  const finding = findings.find((each) => each.conference === conference);
  return Object.fromEntries((finding?.routes ?? []).map(({ proxy, shard }) => [proxy, shard]));
}

/** `hap-a ok`, or `hap-a unreachable refused`, in the order of the configuration. */
export function statusesOf({ proxies }: ReportFile): readonly string[] {
  return proxies.map(({ name, status, trouble }) => [name, status, ...(trouble ? [trouble.code] : [])].join(' '));
}

/** The kinds of mesh findings, each once, without those that every young mesh has. */
export function meshKinds({ meshFindings }: ReportFile): readonly string[] {
  return [
    ...new Set(meshFindings.map(({ kind }) => kind).filter((kind) => kind !== 'restarted' && kind !== 'emptied')),
  ].sort();
}
