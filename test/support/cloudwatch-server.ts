// A stand-in for CloudWatch on loopback, spoken to by the real SDK: alarms, tags, paging,
// dashboards, and faults on demand. Left out on purpose: signatures, quotas, and the evaluation of
// alarms (`setState` does that).

import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

const account = '123456789012';
export const region = 'us-east-1';

type Body = Readonly<Record<string, unknown>>;

interface Call {
  readonly op: string;
  readonly body: Body;
  /** How many calls of this operation came before. */
  readonly nth: number;
}

/**
 * What the service does instead of answering. `stalls` sends headers only, `half` breaks off within
 * the body.
 */
export type Fault =
  | { readonly kind: 'error'; readonly status: number; readonly type: string; readonly header?: string }
  | { readonly kind: 'silent' | 'stalls' | 'half' | 'xml' | 'html' };

export const throttled: Fault = {
  kind: 'error',
  status: 400,
  type: 'com.amazonaws.cloudwatch#ThrottlingException',
  header: 'Throttling;Sender',
};

export const denied: Fault = {
  kind: 'error',
  status: 403,
  type: 'com.amazonaws.cloudwatch#AccessDeniedException',
  header: 'AccessDenied;Sender',
};

export interface CloudWatchServer {
  readonly url: string;
  readonly calls: Call[];
  /** By name, with every field as DescribeAlarms gives it. */
  readonly alarms: ReadonlyMap<string, Body>;
  /** By ARN. */
  readonly tags: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly dashboards: Map<string, string>;
  /** What DescribeAlarms gives a page at most. */
  pageSize: number;
  /** What PutDashboard complains of. */
  dashboardFaults: readonly Body[];
  /** Decides, call by call, what goes wrong. */
  fault: (call: Call) => Fault | null;
  /**
   * Sets fields of an alarm that only the service sets; `since` in milliseconds since the epoch.
   */
  setState(name: string, state: string, since: number): void;
  /** An alarm put by somebody else, or changed by hand. */
  putByHand(alarm: Body & { readonly AlarmName: string }, tags?: Readonly<Record<string, string>>): void;
  /** Calls that change something. */
  writes(): readonly string[];
  close(): Promise<void>;
}

export function arnOf(name: string): string {
  return `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`;
}

interface ServiceError {
  readonly status: number;
  readonly type: string;
}

export async function startCloudWatch(): Promise<CloudWatchServer> {
  const alarms = new Map<string, Record<string, unknown>>();
  const tags = new Map<string, Record<string, string>>();
  const dashboards = new Map<string, string>();
  const calls: Call[] = [];

  const upsert = (body: Body, kind: string) => {
    const { Tags, ...settings } = body;
    const name = String(body.AlarmName);
    const before = alarms.get(name);
    // As the service: an update ignores tags, overwrites every setting and keeps the state.
    if (before === undefined && Array.isArray(Tags)) tags.set(arnOf(name), tagMap(Tags));
    if (before !== undefined && before.kind !== kind) fail(400, 'ValidationException');
    const state = { StateValue: 'INSUFFICIENT_DATA', StateTransitionedTimestamp: Date.now() / 1000 };
    const { StateValue, StateTransitionedTimestamp } = { ...state, ...before };
    alarms.set(name, {
      kind,
      ActionsEnabled: true,
      ...settings,
      AlarmArn: arnOf(name),
      StateValue,
      StateTransitionedTimestamp,
    });
    return {};
  };
  const namedBy = (rule: unknown) => [...String(rule).matchAll(/ALARM\("([^"]*)"\)/g)].map((match) => match[1]!);

  const operations: Readonly<Record<string, (body: Body) => unknown>> = {
    PutMetricData: () => ({}),
    PutMetricAlarm: (body) => upsert(body, 'MetricAlarm'),
    PutCompositeAlarm: (body) => {
      if (namedBy(body.AlarmRule).some((name) => !alarms.has(name))) fail(400, 'ValidationException');
      return upsert(body, 'CompositeAlarm');
    },
    DescribeAlarms: (body) => {
      const types = (body.AlarmTypes ?? ['MetricAlarm']) as readonly string[];
      const names = body.AlarmNames as readonly string[] | undefined;
      const chosen = [...alarms.values()].filter(
        ({ kind, AlarmName }) =>
          types.includes(String(kind)) &&
          (names === undefined || names.includes(String(AlarmName))) &&
          String(AlarmName).startsWith(String(body.AlarmNamePrefix ?? '')),
      );
      const from = Number(body.NextToken ?? 0);
      const to = from + Math.min(server.pageSize, Number(body.MaxRecords ?? 50));
      const page = chosen.slice(from, to);
      const of = (wanted: string) =>
        page.filter(({ kind }) => kind === wanted).map(({ kind: _kind, ...alarm }) => alarm);
      return {
        MetricAlarms: of('MetricAlarm'),
        CompositeAlarms: of('CompositeAlarm'),
        ...(to < chosen.length ? { NextToken: String(to) } : {}),
      };
    },
    DeleteAlarms: (body) => {
      for (const name of body.AlarmNames as readonly string[]) {
        if ([...alarms.values()].some(({ AlarmRule }) => namedBy(AlarmRule).includes(name)))
          fail(400, 'ValidationException');
        alarms.delete(name);
      }
      return {};
    },
    TagResource: (body) => {
      const arn = String(body.ResourceARN);
      tags.set(arn, { ...tags.get(arn), ...tagMap(body.Tags as readonly Body[]) });
      return {};
    },
    ListTagsForResource: (body) => ({
      Tags: Object.entries(tags.get(String(body.ResourceARN)) ?? {}).map(([Key, Value]) => ({ Key, Value })),
    }),
    PutDashboard: (body) => {
      JSON.parse(String(body.DashboardBody));
      dashboards.set(String(body.DashboardName), String(body.DashboardBody));
      return { DashboardValidationMessages: server.dashboardFaults };
    },
    GetDashboard: (body) =>
      dashboards.has(String(body.DashboardName))
        ? { DashboardName: body.DashboardName, DashboardBody: dashboards.get(String(body.DashboardName)) }
        : fail(404, 'DashboardNotFoundError'),
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const op = String(request.headers['x-amz-target'] ?? '').replace('GraniteServiceVersion20100801.', '');
    const call = { op, body: await readBody(request), nth: calls.filter((before) => before.op === op).length };
    calls.push(call);
    const fault = server.fault(call);
    if (fault !== null) return misbehave(fault, response);
    try {
      send(response, 200, operations[op]?.(call.body) ?? fail(400, 'UnknownOperationException'));
    } catch (error) {
      const { status, type } = error as ServiceError;
      send(response, status, { __type: `com.amazonaws.cloudwatch#${type}`, message: `stand-in: ${type} for ${op}` });
    }
  };

  const http = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: CloudWatchServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    calls,
    alarms,
    tags,
    dashboards,
    pageSize: 100,
    dashboardFaults: [],
    fault: () => null,
    setState: (name, state, since) =>
      Object.assign(alarms.get(name)!, { StateValue: state, StateTransitionedTimestamp: since / 1000 }),
    putByHand: (alarm, own = {}) => {
      const kind = 'AlarmRule' in alarm ? 'CompositeAlarm' : 'MetricAlarm';
      alarms.set(alarm.AlarmName, { kind, ActionsEnabled: true, AlarmArn: arnOf(alarm.AlarmName), ...alarm });
      tags.set(arnOf(alarm.AlarmName), { ...own });
    },
    writes: () => calls.map(({ op }) => op).filter((op) => /^(Put|Delete|Tag|Untag|Set)/.test(op)),
    close: () => {
      http.closeAllConnections();
      return new Promise((resolve) => http.close(() => resolve()));
    },
  };
  return server;
}

function fail(status: number, type: string): never {
  throw { status, type } satisfies ServiceError;
}

function tagMap(tags: readonly unknown[]): Record<string, string> {
  return Object.fromEntries((tags as readonly { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]));
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString();
  return JSON.parse(text || '{}') as Body;
}

function send(response: ServerResponse, status: number, body: unknown, header?: string): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-requestid': randomUUID(),
    ...(header === undefined ? {} : { 'x-amzn-query-error': header }),
  });
  response.end(JSON.stringify(body));
}

function misbehave(fault: Fault, response: ServerResponse): void {
  switch (fault.kind) {
    case 'error':
      send(response, fault.status, { __type: fault.type, message: 'stand-in: as the test demands' }, fault.header);
      return;
    case 'silent':
      return;
    case 'stalls':
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': 1000 });
      response.flushHeaders();
      return;
    case 'half':
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': 1000 });
      response.write('{"MetricAlarms":[', () => response.destroy());
      return;
    case 'xml':
      response.writeHead(200, { 'content-type': 'text/xml' });
      response.end('<PutMetricDataResponse><ResponseMetadata/></PutMetricDataResponse>');
      return;
    case 'html':
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end('<html><body>Bad Gateway</body></html>');
  }
}
