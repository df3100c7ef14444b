// Reads the event of an alarm in any of its forms: SNS envelope, alarm JSON (bare or raw delivery),
// EventBridge; of metric alarms and composite ones. Pure.

/**
 * What is taken from an event. It is only a hint: name and ARN say which alarm to ask CloudWatch
 * about, and the log names the message by its id. The rest of the event (state, times, reasons) can
 * be forged, and is not read.
 */
export interface AlarmHint {
  readonly name: string;
  readonly arn: string | null;
  readonly messageId: string | null;
}

/** Why the text is not the event of an alarm, in one sentence. */
export interface Unreadable {
  readonly unreadable: string;
}

/** Bytes: SNS and EventBridge carry at most 256 KB. */
const LONGEST = 262_144;
/** The longest name that CloudWatch allows. */
const LONGEST_NAME = 255;
const LONGEST_ARN = 1024;

/** The hint of an event, or why there is none. */
export function readAlarmEvent(text: string): AlarmHint | Unreadable {
  if (text.length > LONGEST) return { unreadable: 'the event is longer than 256 KB, which no alarm sends' };
  const event = parseObject(text);
  if (event === null) return { unreadable: 'the event is no JSON object' };
  if (!('Type' in event)) return readAlarm(event);
  const type = event.Type;
  if (type === 'SubscriptionConfirmation' || type === 'UnsubscribeConfirmation') {
    return { unreadable: `the event is an SNS ${type}, not an alarm: confirm the subscription by hand, once` };
  }
  if (type !== 'Notification') return { unreadable: 'the event has a Type, but is no SNS notification' };
  const inner = typeof event.Message === 'string' ? parseObject(event.Message) : null;
  if (inner === null) return { unreadable: 'the SNS notification carries no JSON object as its Message' };
  const hint = readAlarm(inner);
  return 'unreadable' in hint ? hint : { ...hint, messageId: textOf(event.MessageId) ?? hint.messageId };
}

function readAlarm(event: EventFields): AlarmHint | Unreadable {
  if ('AlarmName' in event) return hint(event.AlarmName, event.AlarmArn, null);
  if (event['detail-type'] === 'CloudWatch Alarm State Change') {
    const detail = isFields(event.detail) ? event.detail : {};
    const arn = Array.isArray(event.resources) ? event.resources[0] : undefined;
    return hint(detail.alarmName, arn, textOf(event.id));
  }
  return { unreadable: 'the event is neither CloudWatch alarm JSON (AlarmName) nor an EventBridge alarm state change' };
}

function hint(name: unknown, arn: unknown, messageId: string | null): AlarmHint | Unreadable {
  if (typeof name !== 'string' || !isName(name)) return { unreadable: 'the event does not name an alarm' };
  if (arn === undefined || arn === null) return { name, arn: null, messageId };
  if (typeof arn !== 'string' || arn.length > LONGEST_ARN || hasControls(arn))
    return { unreadable: "the alarm's ARN in the event is none" };
  return { name, arn, messageId };
}

function isName(text: string): boolean {
  return text !== '' && text.length <= LONGEST_NAME && !hasControls(text);
}

function hasControls(text: string): boolean {
  return /[\x00-\x1f\x7f-\x9f]/.test(text);
}

type EventFields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is EventFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseObject(text: string): EventFields | null {
  try {
    const value: unknown = JSON.parse(text.replace(/^\ufeff/, ''));
    return isFields(value) ? value : null;
  } catch {
    return null;
  }
}

/** An identifier for the log: at most 128 letters, digits and `. _ : -`. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' && /^[\w.:-]{1,128}$/.test(value) ? value : null;
}
