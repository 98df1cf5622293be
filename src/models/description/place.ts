import { CredenceError, GraphError, ShapeError, UsageError } from '../../errors/index.ts';
import type { Layer } from '../../layers/index.ts';

/** What does not fit is told by the innermost layer that is written down. */
const told = new WeakSet<Error>();

/**
 * The same layer, which says where it stands in its description when it does not fit what it is given.
 * @param place `model.layers[2].residual.layers[0].conv2d`
 */
export function placed(layer: Layer, place: string): Layer {
  return {
    kind: layer.kind,
    build(x, context) {
      try {
        return layer.build(x, context);
      } catch (error) {
        const Kind = [ShapeError, GraphError, UsageError].find((kind) => error instanceof kind);
        if (Kind === undefined || !(error instanceof CredenceError) || told.has(error)) throw error;
        const { what, got, expected, remedy } = error;
        const detail = { ...(got && { got }), ...(expected && { expected }), ...(remedy && { remedy }), cause: error };
        const found = new Kind(`${place}: ${what}`, detail);
        told.add(found);
        throw found;
      }
    },
  };
}
