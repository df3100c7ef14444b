// Parses the ARN of an alarm. Pure.

/** The parts of an alarm's ARN. */
export interface AlarmArn {
  readonly region: string;
  readonly account: string;
  readonly name: string;
}

/**
 * The parts of `arn:aws:cloudwatch:us-west-2:123456789012:alarm:Any name, colons too`; `null` where
 * the text is no alarm's ARN.
 */
export function parseAlarmArn(text: string): AlarmArn | null {
  const parts = /^arn:aws[a-z-]*:cloudwatch:([a-z0-9-]+):(\d{12}):alarm:(.{1,255})$/s.exec(text);
  return parts === null ? null : { region: parts[1]!, account: parts[2]!, name: parts[3]! };
}
