/** Small tables of one's own, whose targets follow from their inputs. */

/** y = 10 + 3 x0 - 2 x1 and a little noise, w = -y: numbers in other units than 1. */
export function numbersCsv(rows: number): string {
  const lines = Array.from({ length: rows }, (_, n) => {
    const [x0, x1] = [Math.sin(n * 1.7), Math.cos(n * 0.9)];
    const y = 10 + 3 * x0 - 2 * x1 + 0.2 * Math.sin(n * 31.7);
    return [x0, x1, y, 50 - 4 * y].map((value) => value.toFixed(4)).join(',');
  });
  return `x0,x1,y,w\n${lines.join('\n')}\n`;
}

/** The sign of x0 is the colour. */
export function coloursCsv(rows: number): string {
  const lines = Array.from({ length: rows }, (_, n) => {
    const x0 = Math.sin(n * 1.7);
    return `${x0.toFixed(4)},${Math.cos(n).toFixed(4)},${x0 > 0.3 ? 'red' : x0 < -0.3 ? 'blue' : 'green, light'}`;
  });
  return `x0,x1,colour\n${lines.join('\n').replaceAll('green, light', '"green, light"')}\n`;
}

/** How many reals follow a rate, e^x0. */
export function countsCsv(rows: number): string {
  const lines = Array.from({ length: rows }, (_, n) => {
    const x0 = Math.sin(n * 1.7);
    return `${x0.toFixed(4)},${Math.round(Math.exp(x0) * (1 + Math.sin(n * 31.7)))}`;
  });
  return `x0,count\n${lines.join('\n')}\n`;
}
