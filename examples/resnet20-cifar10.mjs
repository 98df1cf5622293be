/**
 * ResNet-20 (He et al. 2016, section 4.2), with a posterior over every convolution and over the last layer.
 *
 *   credence train examples/resnet20-cifar10.yaml
 *
 * trains it; `credence train resnet20-cifar10.mjs` would do so with the settings of a run that says nothing, and
 * `--model examples/resnet20-cifar10.mjs` trains it on whatever images the rest of the command names.
 *
 * There is no batch normalisation here: its statistics would tie the examples of a batch to each other. Filter-response
 * normalisation (Singh and Krishnan 2020) takes its statistics from the positions of one example, and has an activation,
 * max(y, threshold) with a learned threshold, of its own: it stands where the paper has normalisation and ReLU.
 */
import {
  categorical,
  conv2dFlipout,
  denseFlipout,
  filterResponseNormalization,
  globalAveragePool,
  residual,
  sequential,
} from 'credence';

/** A convolution without a bias: the normalisation behind it has an offset. */
const convolution = (filters, kernelSize, strides = 1) => conv2dFlipout({ filters, kernelSize, strides, bias: 'none' });

/** Two convolutions, with x added to what comes out; where the shape changes, x goes through a convolution 1x1. */
const block = (filters, strides, isFirst) => [
  residual(
    sequential(convolution(filters, 3, strides), filterResponseNormalization(), convolution(filters, 3)),
    isFirst && strides > 1 ? convolution(filters, 1, strides) : null,
  ),
  filterResponseNormalization(),
];

/** Three blocks; the first of them halves the image. */
const stage = (filters, strides) => [
  ...block(filters, strides, true),
  ...block(filters, 1, false),
  ...block(filters, 1, false),
];

/** @param data what is known of the data: of `targets` the names of the classes, of `input` the shape of an image */
export default ({ targets }) => ({
  network: sequential(
    convolution(16, 3),
    filterResponseNormalization(),
    ...stage(16, 1),
    ...stage(32, 2),
    ...stage(64, 2),
    globalAveragePool(),
    denseFlipout({ units: targets.names.length }),
  ),
  likelihood: categorical(targets.names.length),
});
