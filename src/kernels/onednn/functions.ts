/** The functions of oneDNN's C interface that the engine calls. Pointers and handles are numbers; 0 is none. */
import type { LibraryHandle } from 'koffi';

type Status = number;

export interface OnednnFunctions {
  engineCreate(out: number, kind: number, index: number): Status;
  engineDestroy(engine: number): Status;
  streamCreate(out: number, engine: number, flags: number): Status;
  streamDestroy(stream: number): Status;
  descriptorWithStrides(out: number, rank: number, extents: number, type: number, strides: number): Status;
  descriptorWithTag(out: number, rank: number, extents: number, type: number, tag: number): Status;
  descriptorQuery(descriptor: number, what: number, out: number): Status;
  descriptorSize(descriptor: number): number;
  descriptorDestroy(descriptor: number): Status;
  memoryCreate(out: number, descriptor: number, engine: number, address: number): Status;
  memoryDestroy(memory: number): Status;
  convolutionForward(...operands: number[]): Status;
  convolutionBackwardData(...operands: number[]): Status;
  convolutionBackwardWeights(...operands: number[]): Status;
  matmul(...operands: number[]): Status;
  reorder(out: number, from: number, engine: number, to: number, toEngine: number, attributes: number): Status;
  /** borrowed: the descriptor belongs to the primitive's description */
  primitiveDescriptor(primitive: number, what: number, index: number): number;
  primitiveQuery(primitive: number, what: number, index: number, out: number): Status;
  primitiveDescriptionDestroy(description: number): Status;
  primitiveCreate(out: number, description: number): Status;
  primitiveDestroy(primitive: number): Status;
  execute(primitive: number, stream: number, count: number, operands: number): Status;
  streamWait(stream: number): Status;
}

const p = 'uintptr_t';

const prototypes: Readonly<Record<keyof OnednnFunctions, readonly [symbol: string, result: string, ...string[]]>> = {
  engineCreate: ['dnnl_engine_create', 'int', p, 'int', 'size_t'],
  engineDestroy: ['dnnl_engine_destroy', 'int', p],
  streamCreate: ['dnnl_stream_create', 'int', p, p, 'uint'],
  streamDestroy: ['dnnl_stream_destroy', 'int', p],
  descriptorWithStrides: ['dnnl_memory_desc_create_with_strides', 'int', p, 'int', p, 'int', p],
  descriptorWithTag: ['dnnl_memory_desc_create_with_tag', 'int', p, 'int', p, 'int', 'int'],
  descriptorQuery: ['dnnl_memory_desc_query', 'int', p, 'int', p],
  descriptorSize: ['dnnl_memory_desc_get_size', 'size_t', p],
  descriptorDestroy: ['dnnl_memory_desc_destroy', 'int', p],
  memoryCreate: ['dnnl_memory_create', 'int', p, p, p, p],
  memoryDestroy: ['dnnl_memory_destroy', 'int', p],
  // out, engine, propagation, algorithm, source, weights, bias, result, strides, dilations, padding before, after, attributes
  convolutionForward: [
    'dnnl_convolution_forward_primitive_desc_create',
    ...(['int', p, p, 'int', 'int', p, p, p, p, p, p, p, p, p] as const),
  ],
  // out, engine, algorithm, source, weights, result, strides, dilations, padding before, after, hint, attributes
  convolutionBackwardData: [
    'dnnl_convolution_backward_data_primitive_desc_create',
    ...(['int', p, p, 'int', p, p, p, p, p, p, p, p, p] as const),
  ],
  // out, engine, algorithm, source, weights, bias, result, strides, dilations, padding before, after, hint, attributes
  convolutionBackwardWeights: [
    'dnnl_convolution_backward_weights_primitive_desc_create',
    ...(['int', p, p, 'int', p, p, p, p, p, p, p, p, p, p] as const),
  ],
  // out, engine, source, weights, bias, result, attributes
  matmul: ['dnnl_matmul_primitive_desc_create', 'int', p, p, p, p, p, p, p],
  reorder: ['dnnl_reorder_primitive_desc_create', 'int', p, p, p, p, p, p],
  primitiveDescriptor: ['dnnl_primitive_desc_query_md', p, p, 'int', 'int'],
  primitiveQuery: ['dnnl_primitive_desc_query', 'int', p, 'int', 'int', p],
  primitiveDescriptionDestroy: ['dnnl_primitive_desc_destroy', 'int', p],
  primitiveCreate: ['dnnl_primitive_create', 'int', p, p],
  primitiveDestroy: ['dnnl_primitive_destroy', 'int', p],
  execute: ['dnnl_primitive_execute', 'int', p, p, 'int', p],
  streamWait: ['dnnl_stream_wait', 'int', p],
};

/** @throws whatever koffi throws where a symbol is missing */
export function bindFunctions(library: LibraryHandle): OnednnFunctions {
  const bound = Object.entries(prototypes).map(([name, [symbol, result, ...operands]]) => [
    name,
    library.func(symbol, result, operands) as unknown,
  ]);
  return Object.fromEntries(bound) as OnednnFunctions;
}

/** Constants of dnnl_types.h, as they are in version 3. */
export const onednn = {
  cpu: 1,
  streamInOrder: 1,
  bf16: 2,
  f32: 3,
  layoutAny: 1,
  forwardTraining: 64,
  convolutionDirect: 1,
  query: {
    implementation: 8,
    strides: 14,
    weights: 131,
    gradientOfWeights: 132,
    paddedExtents: 260,
    innerBlocks: 263,
    innerBlockExtents: 264,
    innerBlockAxes: 265,
  },
  operand: {
    source: 1,
    result: 17,
    weights: 33,
    bias: 41,
    gradientOfSource: 129,
    gradientOfResult: 145,
    gradientOfWeights: 161,
  },
} as const;
