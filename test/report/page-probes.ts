/** What tests ask of a page; these functions run in the browser, and each has all that it needs within itself. */

/** Sizes and places of what is written and drawn. */
export function inspect() {
  const texts = [...document.querySelectorAll<SVGTextElement>('svg text')].filter((text) => {
    // labels that would overlap others are there, and not seen
    return text.textContent !== '' && Number(getComputedStyle(text).opacity) > 0;
  });
  const sizeOf = (text: SVGTextElement) => {
    const { a, b } = text.getScreenCTM()!;
    return Number.parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
  };
  const written = [...document.querySelectorAll('h1, h2, h3, h4, p, li, span, th, td, figcaption')];
  const small = [
    ...texts.filter((text) => sizeOf(text) < 9.995).map((text) => `${text.textContent}: ${sizeOf(text).toFixed(2)}`),
    ...written.filter((one) => Number.parseFloat(getComputedStyle(one).fontSize) < 9.995).map((one) => one.textContent),
  ];
  const cut = texts.filter((text) => {
    const [inner, outer] = [text.getBoundingClientRect(), text.ownerSVGElement!.getBoundingClientRect()];
    const isWithin = inner.left > outer.left - 1 && inner.right < outer.right + 1;
    return !isWithin || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
  });
  const places = [...document.querySelectorAll('.wide, figure')];
  const wide = places.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
  const figures = [...document.querySelectorAll('figure svg')].map((svg) => ({
    role: svg.getAttribute('role'),
    title: svg.querySelector(':scope > title')?.textContent ?? null,
    description: svg.querySelector(':scope > desc')?.textContent ?? null,
    caption: svg.closest('figure')!.querySelector('figcaption')!.textContent,
  }));
  return {
    ...{ small, figures, letters: texts.length + written.length },
    cut: cut.map(({ textContent }) => textContent),
    wide: wide.map(({ textContent }) => textContent?.slice(0, 80)),
    isWide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
  };
}

/** How long each text of the figures is, in the units of its figure. */
export function lengthsOf() {
  return [...document.querySelectorAll<SVGTextElement>('svg text')].map((one) => ({
    text: one.textContent ?? '',
    size: Number.parseFloat(getComputedStyle(one).fontSize),
    length: one.getComputedTextLength(),
  }));
}

/** Colour of each text, what is behind it, and how well the two are told apart (WCAG 2.2, relative luminance). */
export function facesOf() {
  type Color = [red: number, green: number, blue: number];
  // all that is painted is found at a point
  const style = document.createElement('style');
  style.textContent = 'svg * { pointer-events: visiblePainted !important }';
  document.head.append(style);
  const colorIn = (text: string): { color: Color; alpha: number } | null => {
    const numbers = /^rgba?\((.*)\)$/
      .exec(text)?.[1]
      ?.split(/[\s,/]+/)
      .map(Number);
    if (!numbers) return null;
    const [red = 0, green = 0, blue = 0, alpha = 1] = numbers;
    return { color: [red, green, blue], alpha };
  };
  const opacityOf = (element: Element | null): number =>
    element === null ? 1 : Number(getComputedStyle(element).opacity) * opacityOf(element.parentElement);
  const over = (below: Color, above: Color, alpha: number) =>
    below.map((value, i) => value + alpha * (above[i]! - value)) as Color;
  const luminance = (color: Color) => {
    const [red, green, blue] = color.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    }) as Color;
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const groundAt = (element: Element): Color => {
    let ground = colorIn(getComputedStyle(document.body).backgroundColor)!.color;
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const below = document.elementsFromPoint((left + right) / 2, (top + bottom) / 2).toReversed();
    for (const one of below) {
      if (one === element || one.tagName === 'text') continue;
      const { fill, fillOpacity, backgroundColor } = getComputedStyle(one);
      const isDrawn = one instanceof SVGGeometryElement;
      const painted = colorIn(isDrawn ? fill : backgroundColor);
      if (painted === null) continue;
      const alpha = painted.alpha * opacityOf(one) * (isDrawn ? Number(fillOpacity) : 1);
      ground = over(ground, painted.color, alpha);
    }
    return ground;
  };
  const all = document.querySelectorAll('h1, h2, h3, h4, p, li, span, th, td, figcaption, svg text');
  const faces = [...all]
    .filter((element) => {
      const isWritten = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim() !== '');
      return isWritten && opacityOf(element) > 0;
    })
    .map((element) => {
      element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
      const { fill, fillOpacity, color } = getComputedStyle(element);
      const isDrawn = element instanceof SVGTextElement;
      const own = colorIn(isDrawn ? fill : color)!;
      const ground = groundAt(element);
      const face = over(ground, own.color, own.alpha * opacityOf(element) * (isDrawn ? Number(fillOpacity) : 1));
      const [bright, dark] = [luminance(face), luminance(ground)].toSorted((a, b) => b - a) as [number, number];
      return { text: element.textContent!.slice(0, 40), ground, face, contrast: (bright + 0.05) / (dark + 0.05) };
    });
  style.remove();
  return faces;
}
