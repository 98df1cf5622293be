import { expect, it } from 'vitest';
import { escape, page, table } from '../../src/report/page/html.ts';
import { xmlText } from '../../src/report/xml.ts';

it('keeps every letter and drops what no document may hold', () => {
  const kept = 'naïve \t\n ش‌ب 日本 👩‍🔬 a\u00a0b <&>';
  expect(xmlText(kept)).toBe(kept);
  expect(xmlText('a\0b\u001b[2Jc\u007fd\u009be\ud800f\uffffg\u202eh')).toBe('ab[2Jcdefgh');
});

it('lets a page load nothing and run nothing', () => {
  const text = page('x\u001b', table(['</script>'], [['\0<img src=x onerror=alert(1)>']]));
  expect(text).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
  for (const bad of ['\0', '\u001b', '<img', '</script']) expect(text).not.toContain(bad);
  expect(escape('\0"')).toBe('&quot;');
});
