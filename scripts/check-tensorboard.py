"""Reads a run's event files with TensorBoard itself and holds them to the run's metrics.jsonl:

    python3 -m venv venv && venv/bin/pip install tensorboard
    venv/bin/python scripts/check-tensorboard.py RUN

Prints what TensorBoard found, as JSON; exit code 1 if a step's figure is missing or another than in metrics.jsonl.
"""

import json
import pathlib
import sys

import numpy
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator as PluginAccumulator
from tensorboard.util.tensor_util import make_ndarray


def read(folder):
    """Scalars [step, value] and histograms per tag, and the steps that TensorBoard's pages would show."""
    plain = EventAccumulator(folder, size_guidance={"scalars": 0, "histograms": 0}).Reload()
    pages = PluginAccumulator(folder, size_guidance={"tensors": 0}).Reload()
    histograms = {}
    for tag in plain.Tags()["histograms"]:
        histograms[tag] = [
            {
                "step": event.step,
                "min": event.histogram_value.min,
                "max": event.histogram_value.max,
                "count": event.histogram_value.num,
                "sum": event.histogram_value.sum,
                "sumOfSquares": event.histogram_value.sum_squares,
                "limits": list(event.histogram_value.bucket_limit),
                "counts": list(event.histogram_value.bucket),
            }
            for event in plain.Histograms(tag)
        ]
    return {
        "scalars": {tag: [[e.step, e.value] for e in plain.Scalars(tag)] for tag in plain.Tags()["scalars"]},
        "histograms": histograms,
        "pages": {
            tag: [[e.step, float(make_ndarray(e.tensor_proto).sum())] for e in pages.Tensors(tag)]
            for tag in pages.Tags()["tensors"]
        },
    }


def differences(scalars, metrics):
    for line in metrics.read_text().splitlines():
        record = json.loads(line)
        step = record.pop("step")
        for name in ("nll", "kl", "beta", "negativeElbo", "accuracy", "learningRate", "samplesPerSecond"):
            found = [value for at, value in scalars.get(f"train/{name}", []) if at == step]
            wanted = float(numpy.float32(record[name]))
            if found != [wanted]:
                yield f"step {step}, train/{name}: TensorBoard reads {found}, metrics.jsonl says {wanted}"


def main():
    folder = pathlib.Path(sys.argv[1])
    found = read(str(folder))
    print(json.dumps(found))
    metrics = folder / "metrics.jsonl"
    wrong = list(differences(found["scalars"], metrics)) if metrics.exists() else []
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
