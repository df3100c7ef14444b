// JSON that may be printed: names in it are chosen by users.

const unfit = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * JSON that is safe for a terminal: `JSON.stringify` leaves C1 controls and bidi overrides. They
 * occur within strings only, where an escape has the same meaning.
 */
export function printableJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, null, indent).replace(unfit, (char) =>
    Array.from({ length: char.length }, (_, unit) => `\\u${char.charCodeAt(unit).toString(16).padStart(4, '0')}`).join(
      '',
    ),
  );
}
