"""Writes pickles.json: small batches of CIFAR as Python pickles them, base64. Run with numpy 1.26 and 2 one after the other:

    python -m venv V && V/bin/pip install numpy==1.26.4 && V/bin/python make-pickles.py && V/bin/pip install numpy==2.4.6 && V/bin/python make-pickles.py
"""

import base64
import json
import os
import pickle

import numpy

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pickles.json")
pickles = json.load(open(here)) if os.path.exists(here) else {}
data = (numpy.arange(2 * 3072) % 251).astype(numpy.uint8).reshape(2, 3072)
batch = {"batch_label": "training batch 1 of 5", "labels": [3, 7], "data": data, "filenames": ["a.png", "b.png"]}
arrays = {"data": data, "labels": numpy.array([3, 7])}
for protocol in (2, 3, 4, 5):
    for name, value in (("lists", batch), ("arrays", arrays)):
        key = f"numpy {numpy.__version__}, protocol {protocol}, {name}"
        pickles[key] = base64.b64encode(pickle.dumps(value, protocol)).decode()
json.dump(pickles, open(here, "w"), indent=0)
