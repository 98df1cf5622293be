"""Writes predictions.json, scores and quantiles of SciPy and scoringrules:

    python3 -m venv V && V/bin/pip install scipy==1.16.3 scoringrules==0.10.0 && V/bin/python make.py
    npx biome format --write predictions.json
"""

import json
import os

import numpy
import scoringrules
from scipy import integrate, stats

mixtures = [
    ([0.3], [1.2]),
    ([-1.0, 0.5, 2.5], [0.4, 1.0, 0.2]),
    ([10.0, 10.001, 9.99, 30.0], [0.05, 0.04, 0.06, 5.0]),
    ([0.0, 0.0], [1e-3, 100.0]),
]
places = [-4.0, 0.0, 0.31, 9.995, 60.0]
levels = [1e-6, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999]
rates = [[0.02], [3.3], [0.5, 4.0, 40.0], [2500.0, 2600.0]]
counts = [0, 1, 7, 45, 2480]


def t_crps(y, means, scales, degrees):
    """The integral, split where it is not smooth."""

    def cdf(x):
        return numpy.mean([stats.t.cdf(x, degrees, m, s) for m, s in zip(means, scales)])

    edges = sorted({y, *(m + k * s for m, s in zip(means, scales) for k in (-300, -30, -5, -1, 0, 1, 5, 30, 300))})
    options = dict(epsabs=1e-13, epsrel=1e-12, limit=400)
    below = sum(integrate.quad(lambda x: cdf(x) ** 2, a, b, **options)[0] for a, b in zip(edges, edges[1:]) if b <= y)
    above = sum(integrate.quad(lambda x: (1 - cdf(x)) ** 2, a, b, **options)[0] for a, b in zip(edges, edges[1:]) if a >= y)
    below += integrate.quad(lambda x: cdf(x) ** 2, -numpy.inf, edges[0], **options)[0]
    above += integrate.quad(lambda x: (1 - cdf(x)) ** 2, edges[-1], numpy.inf, **options)[0]
    return below + above


def poisson_crps(y, means):
    k = numpy.arange(0, 20000)
    cdf = numpy.mean([stats.poisson.cdf(k, m) for m in means], axis=0)
    return float(numpy.sum((cdf - (y <= k)) ** 2))


for mu, y in ((3.3, 7), (0.02, 1)):
    assert abs(poisson_crps(y, [mu]) - scoringrules.crps_poisson(y, mu)) < 1e-9
for degrees, y in ((4, 0.7), (3, -2.0)):
    assert abs(t_crps(y, [0.3], [1.2], degrees) - scoringrules.crps_t(y, degrees, 0.3, 1.2)) < 1e-9

golden = {
    "normal": [
        {
            "means": m,
            "scales": s,
            "crps": [[y, float(scoringrules.crps_mixnorm(y, numpy.array(m), numpy.array(s)))] for y in places],
            "cdf": [[y, float(numpy.mean(stats.norm.cdf(y, m, s)))] for y in places],
            "logDensity": [[y, [float(v) for v in stats.norm.logpdf(y, m, s)]] for y in places],
        }
        for m, s in mixtures
    ],
    "studentT": [
        {
            "degrees": d,
            "means": m,
            "scales": s,
            "crps": [[y, float(t_crps(y, m, s, d))] for y in places],
            "cdf": [[y, float(numpy.mean(stats.t.cdf(y, d, m, s)))] for y in places],
            "logDensity": [[y, [float(v) for v in stats.t.logpdf(y, d, m, s)]] for y in places],
        }
        for d in (1.5, 3, 4, 30)
        for m, s in mixtures[:2]
    ],
    "poisson": [
        {
            "rates": r,
            "crps": [[y, poisson_crps(y, r)] for y in counts],
            "cdf": [[y, float(numpy.mean(stats.poisson.cdf(y, r)))] for y in counts],
            "logDensity": [[y, [float(v) for v in stats.poisson.logpmf(y, r)]] for y in counts],
        }
        for r in rates
    ],
    "quantiles": {
        "normal": [[p, float(stats.norm.ppf(p, 0.3, 1.2))] for p in levels],
        "studentT": [[p, float(stats.t.ppf(p, 1.5, 0.3, 1.2))] for p in levels],
        "poisson": [[p, float(stats.poisson.ppf(p, 3.3))] for p in levels],
    },
}

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "predictions.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"))
    file.write("\n")
