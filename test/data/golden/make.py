"""Writes images.json, images that Pillow has scaled and SciPy has rotated and blurred:

    python3 -m venv V && V/bin/pip install pillow==13.0.0 scipy==1.17.1 numpy==2.4.6 && V/bin/python make.py
    npx biome format --write images.json
"""

import json
import os

import numpy
from PIL import Image
from scipy import ndimage

draw = numpy.random.Generator(numpy.random.Philox(14))
grey = draw.integers(0, 256, (9, 12), dtype=numpy.uint8)
colour = draw.integers(0, 256, (8, 6, 3), dtype=numpy.uint8)


def listed(array):
    return {"shape": [*array.shape, *([1] if array.ndim == 2 else [])], "data": array.ravel().tolist()}


def scaled(image, height, width):
    return numpy.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR))


def rotated(image, degrees):
    turned = ndimage.rotate(image.astype(float), degrees, axes=(1, 0), reshape=False, order=1, mode="nearest")
    return [round(float(v), 6) for v in turned.ravel()]


def blurred(image, deviation):
    sigma = (deviation, deviation, 0)[: image.ndim]
    radius = [int(numpy.ceil(3 * s)) for s in sigma]
    soft = ndimage.gaussian_filter(image.astype(float), sigma, mode="nearest", radius=radius)
    return [round(float(v), 6) for v in soft.ravel()]


golden = {
    "images": [listed(grey), listed(colour)],
    "scaled": [
        {"image": i, **listed(scaled(image, h, w))}
        for i, image in enumerate((grey, colour))
        for h, w in ((9, 12), (4, 5), (20, 7), (1, 1), (3, 30))
    ],
    "grey": listed(numpy.asarray(Image.fromarray(colour).convert("L"))),
    "rotated": [
        {"image": i, "degrees": d, "data": rotated(image, d)}
        for i, image in enumerate((grey, colour))
        for d in (-30, 10, 60)
    ],
    "blurred": [
        {"image": i, "deviation": s, "data": blurred(image, s)}
        for i, image in enumerate((grey, colour))
        for s in (0.3, 1.0, 2.4)
    ],
}

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "images.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"))
    file.write("\n")
