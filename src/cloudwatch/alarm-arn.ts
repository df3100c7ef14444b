// The ARN of an alarm, taken apart. Pure.

export interface AlarmArn {
  readonly region: string;
  readonly account: string;
  readonly name: string;
}

/**
 * `null` where the text is no alarm's ARN: `arn:aws:cloudwatch:us-west-2:123456789012:alarm:Any
 * name, colons too`.
 */
export function parseAlarmArn(text: string): AlarmArn | null {
  const parts = /^arn:aws[a-z-]*:cloudwatch:([a-z0-9-]+):(\d{12}):alarm:(.{1,255})$/s.exec(text);
  return parts === null ? null : { region: parts[1]!, account: parts[2]!, name: parts[3]! };
}
