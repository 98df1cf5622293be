"""Writes detection.json, figures of scikit-learn over scores with and without ties:

    python3 -m venv V && V/bin/pip install scikit-learn==1.9.1 numpy==2.4.6 && V/bin/python make.py
    npx biome format --write detection.json
"""

import json
import os

import numpy
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve


def case(inside, outside):
    truth = numpy.r_[numpy.zeros(len(inside)), numpy.ones(len(outside))]
    scores = numpy.r_[inside, outside]
    fpr, tpr, _ = roc_curve(truth, scores, drop_intermediate=False)
    return {
        "inside": [float(v) for v in inside],
        "outside": [float(v) for v in outside],
        "auroc": float(roc_auc_score(truth, scores)),
        "aupr": float(average_precision_score(truth, scores)),
        "fpr95": float(fpr[numpy.argmax(tpr >= 0.95)]),
    }


draw = numpy.random.Generator(numpy.random.Philox(14))
cases = [
    # apart, with ties: rounded to a tenth
    case(numpy.round(draw.normal(0, 1, 60), 1), numpy.round(draw.normal(1.5, 1, 40), 1)),
    # many ties
    case(draw.integers(0, 4, 50), draw.integers(1, 6, 70)),
    # no ties, one kind rarer
    case(numpy.round(draw.gamma(0.5, 1, 90), 6), numpy.round(draw.gamma(2.0, 1, 12), 6)),
    # the wrong way round
    case(numpy.round(draw.normal(2, 1, 30), 2), numpy.round(draw.normal(0, 1, 30), 2)),
    # all alike, all apart, one each
    case([3, 3, 3], [3, 3]),
    case([0, 1, 2], [5, 6]),
    case([1], [0]),
]

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "detection.json"), "w") as file:
    json.dump(cases, file, separators=(",", ":"))
    file.write("\n")
