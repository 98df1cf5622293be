"""Writes reference.safetensors (one argument: the path), or reads a file of ours (`ours PATH`). See README.md."""

import sys

import numpy
from safetensors.numpy import load_file, save_file

if sys.argv[1] == "ours":
    for name, tensor in sorted(load_file(sys.argv[2]).items()):
        print(name, tensor.dtype, list(tensor.shape), tensor.ravel().tolist())
else:
    save_file(
        {
            "layer1/kernel/mean": numpy.arange(6, dtype="<f4").reshape(2, 3) / 8,
            "layer1/bias": numpy.array([-1.5, 0.0, 3.25], dtype="<f4"),
            "empty": numpy.zeros((0, 4), dtype="<f4"),
            "scalar": numpy.array(0.1, dtype="<f4"),
        },
        sys.argv[1],
    )
    save_file(
        {
            "bytes": numpy.array([1, 2, 255], dtype="u1"),
            "doubles": numpy.array([0.1, -2.0], dtype="<f8"),
            "integers": numpy.array([[-1], [7]], dtype="<i4"),
            "long": numpy.array([2**53 + 1], dtype="<i8"),
            "real": numpy.array([0.5], dtype="<f4"),
        },
        sys.argv[1].replace("reference", "types"),
        metadata={"made by": "safetensors"},
    )
