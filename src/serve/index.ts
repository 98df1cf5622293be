export { type AttachedPage, assertAttachable, attachLivePage } from './attach.ts';
export { type LivePage, openLivePage } from './live-page.ts';
