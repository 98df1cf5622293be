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

/**
 * Numbers of an attribute of an SVG's elements, with no more digits behind the point than these.
 * @param attribute `d`, say
 */
export function withRounded(svg: string, attribute: string, digits: number): string {
  const long = new RegExp(`-?\\d+\\.\\d{${digits + 1},}(e-\\d+)?`, 'g');
  return svg.replaceAll(new RegExp(` ${attribute}="[^"]*"`, 'g'), (text) =>
    text.replaceAll(long, (number) => String(Number(Number(number).toFixed(digits)))),
  );
}
