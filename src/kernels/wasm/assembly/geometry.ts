/**
 * The convolution that is being computed, as the binding sets it before each call. Positions are places of the
 * unpooled output map; strides and extents of x are those of its padded copy. All in elements unless said otherwise.
 */
export let batch: i32 = 0;
export let height: i32 = 0;
export let width: i32 = 0;
export let channels: i32 = 0;
export let kernelHeight: i32 = 0;
export let kernelWidth: i32 = 0;
export let outChannels: i32 = 0;
export let strideHeight: i32 = 0;
export let strideWidth: i32 = 0;
export let dilationHeight: i32 = 0;
export let dilationWidth: i32 = 0;
export let top: i32 = 0;
export let left: i32 = 0;
export let mapHeight: i32 = 0;
export let mapWidth: i32 = 0;
export let activation: i32 = 0;

/** Pooling: outHeight x outWidth windows; without it a window of 1 x 1. */
export let pooled: bool = false;
export let windowHeight: i32 = 1;
export let windowWidth: i32 = 1;
export let poolStrideHeight: i32 = 1;
export let poolStrideWidth: i32 = 1;
export let poolTop: i32 = 0;
export let poolLeft: i32 = 0;
export let outHeight: i32 = 0;
export let outWidth: i32 = 0;

/** Which operands are bfloat16. */
export let narrowX: bool = false;
export let narrowY: bool = false;
export let narrowDy: bool = false;
export let narrowDx: bool = false;

export function setTypes(x: bool, y: bool, dy: bool, dx: bool): void {
  narrowX = x;
  narrowY = y;
  narrowDy = dy;
  narrowDx = dx;
}

export function setConvolution(
  b: i32,
  h: i32,
  w: i32,
  ci: i32,
  kh: i32,
  kw: i32,
  co: i32,
  sh: i32,
  sw: i32,
  dh: i32,
  dw: i32,
  padTop: i32,
  padLeft: i32,
  mh: i32,
  mw: i32,
  act: i32,
): void {
  batch = b;
  height = h;
  width = w;
  channels = ci;
  kernelHeight = kh;
  kernelWidth = kw;
  outChannels = co;
  strideHeight = sh;
  strideWidth = sw;
  dilationHeight = dh;
  dilationWidth = dw;
  top = padTop;
  left = padLeft;
  mapHeight = mh;
  mapWidth = mw;
  activation = act;
}

export function setPooling(
  there: bool,
  wh: i32,
  ww: i32,
  sh: i32,
  sw: i32,
  padTop: i32,
  padLeft: i32,
  oh: i32,
  ow: i32,
): void {
  pooled = there;
  windowHeight = wh;
  windowWidth = ww;
  poolStrideHeight = sh;
  poolStrideWidth = sw;
  poolTop = padTop;
  poolLeft = padLeft;
  outHeight = oh;
  outWidth = ow;
}

/** Extents of the padded copy of x: what the patches of all positions reach. */
// @ts-ignore: decorator
@inline
export function paddedHeight(): i32 {
  return (mapHeight - 1) * strideHeight + (kernelHeight - 1) * dilationHeight + 1;
}

// @ts-ignore: decorator
@inline
export function paddedWidth(): i32 {
  return (mapWidth - 1) * strideWidth + (kernelWidth - 1) * dilationWidth + 1;
}
