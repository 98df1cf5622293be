/**
 * A text without what no document of XML or HTML may hold, controls and halves of surrogate pairs, nor marks that turn the
 * direction of what follows: names of files and of classes come from anywhere.
 */
export function xmlText(text: string): string {
  return text.replace(
    /[^\t\n\r\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]|[\u202a-\u202e\u2066-\u2069]/gu,
    '',
  );
}
