/**
 * What the page does by itself, as a text for its one script element. A part is replaced where it has changed and stays as
 * it is otherwise; what the reader looks at, what is scrolled within it and what has the focus stay where they are.
 */
export const script = `
'use strict';
const element = (id) => document.getElementById(id);
const main = document.querySelector('main');
const root = document.documentElement;
let isPaused = false;
/* the last that was heard while the page rests */
let waiting = null;

/* only where it is another text: a screen reader would read it again */
const put = (id, text) => { if (element(id).textContent !== text) element(id).textContent = text; };

function tellProgress({ state, detail, share }) {
  put('state', isPaused ? 'paused' : state);
  put('detail', detail);
  if (share === null) element('steps').removeAttribute('value'); else element('steps').value = share;
  const name = document.querySelector('h1').textContent;
  document.title = share === null || share >= 1 ? state + ' - ' + name : Math.floor(100 * share) + ' % - ' + name;
}

/* the first thing that is below the bar, and where it is */
function placeOfReader() {
  if (window.scrollY === 0) return null;
  const edge = document.querySelector('header').getBoundingClientRect().bottom;
  for (const section of main.children) {
    if (section.getBoundingClientRect().bottom <= edge) continue;
    const children = [...section.children];
    const index = children.findIndex((child) => child.getBoundingClientRect().bottom > edge);
    return { section, index, top: (children[index] ?? section).getBoundingClientRect().top };
  }
  return null;
}

function returnTo({ section, index, top }) {
  const now = (section.children[index] ?? section).getBoundingClientRect().top;
  window.scrollBy({ top: now - top, behavior: 'instant' });
}

function replace({ name, html }) {
  const section = element(name);
  if (section === null) return;
  const scrolled = [...section.querySelectorAll('.wide, figure')].map((one) => one.scrollLeft);
  const able = 'a[href], button, summary, [tabindex]';
  const focused = [...section.querySelectorAll(able)].indexOf(document.activeElement);
  const template = document.createElement('template');
  template.innerHTML = html;
  section.replaceChildren(template.content);
  section.querySelectorAll('.wide, figure').forEach((one, i) => { one.scrollLeft = scrolled[i] ?? 0; });
  if (focused >= 0) section.querySelectorAll(able)[focused]?.focus({ preventScroll: true });
}

/* what is wider than the screen is moved by the arrow keys */
function makeReachable() {
  for (const one of main.querySelectorAll('.wide')) {
    const isWide = one.scrollWidth > one.clientWidth;
    if (isWide && !one.hasAttribute('tabindex')) one.tabIndex = 0;
    else if (!isWide && one !== document.activeElement) one.removeAttribute('tabindex');
  }
}

function listParts() {
  const titled = [...main.children].filter((section) => section.querySelector('h3'));
  const list = element('parts');
  const names = titled.map(({ id }) => id);
  if ([...list.children].map((link) => link.hash.slice(1)).join() === names.join()) return;
  const focused = document.activeElement?.hash;
  list.replaceChildren(...titled.map((section) => {
    const link = document.createElement('a');
    link.href = '#' + section.id;
    link.textContent = section.querySelector('h3').textContent;
    return link;
  }));
  if (focused) [...list.children].find(({ hash }) => hash === focused)?.focus({ preventScroll: true });
}

function show({ progress, parts }) {
  tellProgress(progress);
  const reader = placeOfReader();
  parts.forEach(replace);
  listParts();
  makeReachable();
  if (reader) returnTo(reader);
}

function hear(news) {
  if (!isPaused) return show(news);
  const before = waiting?.parts.filter(({ name }) => !news.parts.some((part) => part.name === name)) ?? [];
  waiting = { progress: news.progress, parts: [...before, ...news.parts] };
}

element('pause').addEventListener('click', ({ currentTarget: button }) => {
  isPaused = !isPaused;
  button.setAttribute('aria-pressed', isPaused);
  if (isPaused) return put('state', 'paused');
  if (waiting) show(waiting); else put('state', last?.progress.state ?? '');
  waiting = null;
});

let last = null;
function connect() {
  const source = new EventSource('events?since=' + (last?.revision ?? main.dataset.revision));
  source.addEventListener('news', ({ data }) => {
    root.dataset.connection = 'open';
    last = JSON.parse(data);
    hear(last);
  });
  source.addEventListener('end', () => {
    source.close();
    root.dataset.connection = 'ended';
    put('detail', (last?.progress.detail ?? '') + '. This page is no longer filled; in a file: ' + main.dataset.keep);
  });
  source.addEventListener('open', () => {
    root.dataset.connection = 'open';
    if (last && !isPaused) tellProgress(last.progress);
  });
  source.addEventListener('error', () => {
    root.dataset.connection = 'lost';
    put('state', 'connection lost');
    put('detail', 'what follows is the last that was heard; trying again');
    /* a browser gives up by itself where something else answers */
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 5000);
  });
}
window.addEventListener('resize', makeReachable);
listParts();
makeReachable();
connect();
`;
