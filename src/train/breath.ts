/** How long a loop may run before it lets signals and files have their turn, in milliseconds. */
export const breath = 20;

/**
 * Lets what waits have its turn: signals and files in Node, input in a page. A message is delivered behind what waits
 * already, and is not held back for milliseconds as a timer is; what Node has for it is quicker still.
 */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
