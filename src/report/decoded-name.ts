// What a percent-encoded name of a conference says. Pure.

/** `null` where the name is not percent-encoded text. */
export function decodedName(conference: string): string | null {
  if (!/%[0-9A-Fa-f]{2}/.test(conference)) return null;
  try {
    return decodeURIComponent(conference);
  } catch {
    // It is not encoded text.
    return null;
  }
}
