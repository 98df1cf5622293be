/**
 * The first key that stands twice in one object of a JSON text, or null. `JSON.parse` keeps the last one and says
 * nothing; two readers of a file could so see two different tensors under one name.
 * @param json a valid JSON text
 */
export function repeatedKey(json: string): string | null {
  // One set of keys per open object; null for an open array.
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(null);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = endOfString(json, at);
      if (json[skipBlanks(json, end)] === ':') {
        const key = JSON.parse(json.slice(at, end)) as string;
        const keys = open.at(-1);
        if (keys?.has(key)) return key;
        keys?.add(key);
      }
      at = end - 1;
    }
  }
  return null;
}

/** The index behind the closing quote of the string that opens at `start`. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}

function skipBlanks(json: string, start: number): number {
  let at = start;
  while (at < json.length && ' \t\n\r'.includes(json.charAt(at))) at++;
  return at;
}
