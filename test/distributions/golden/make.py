"""Writes special.json, values in 40 digits that SciPy agrees with:

    python3 -m venv V && V/bin/pip install scipy==1.16.3 mpmath==1.3.0 && V/bin/python make.py && npx biome format --write special.json
"""

import json
import os

import mpmath
from scipy import stats

mpmath.mp.dps = 40


def student_cdf(degrees, t):
    """P(T <= t), by the regularised incomplete beta function in 40 digits."""
    nu, x = mpmath.mpf(degrees), mpmath.mpf(t)
    tail = mpmath.betainc(nu / 2, mpmath.mpf(1) / 2, 0, nu / (nu + x * x), regularized=True) / 2
    return 1 - tail if x > 0 else tail


def mixture(x, scales, share):
    parts = zip((share, 1 - share), scales)
    return mpmath.log(sum(p * mpmath.npdf(mpmath.mpf(x), 0, mpmath.mpf(s)) for p, s in parts))


def agreed(exact, scipy):
    """The exact value, which SciPy's has to agree with."""
    value = float(exact)
    assert abs(value - float(scipy)) <= 1e-10 * max(1e-290, abs(value)), (value, scipy)
    return value


normal = [-37.5, -20, -8.3, -7.1, -7.05, -3, -1, -0.1, 0, 0.1, 1, 2.5, 6, 8.2]
student = [(d, t) for d in (0.5, 1, 2, 3, 4, 7.5, 30, 1000) for t in (-50, -3, -0.7, -1e-3, 0, 0.2, 1, 4, 20)]
poisson = [(k, r) for r in (0.01, 0.7, 3, 25, 400, 1e4, 2e5) for k in (0, 1, 3, 24, 25, 60, 390, 400, 9900, 10200, 199000, 200000, 200500)]
mixtures = [(x, s, p) for x in (-30, -2, -0.05, 0, 0.3, 5) for s, p in (((1, 0.002), 0.25), ((1, 1), 0.5), ((0.1, 3), 0.9))]

golden = {
    "normalCdf": [[z, agreed(mpmath.ncdf(z), stats.norm.cdf(z))] for z in normal],
    "studentTCdf": [[t, d, agreed(student_cdf(d, t), stats.t.cdf(t, d))] for d, t in student],
    "poissonCdf": [
        [k, r, agreed(mpmath.gammainc(k + 1, mpmath.mpf(r), mpmath.inf, regularized=True), stats.poisson.cdf(k, r))]
        for k, r in poisson
    ],
    "logGamma": [[x, float(mpmath.loggamma(mpmath.mpf(x)))] for x in (1e-6, 0.1, 0.5, 1, 1.5, 2, 3.3, 10, 100.5, 1e4, 1e8)],
    "logFactorial": [[y, float(mpmath.loggamma(mpmath.mpf(y) + 1))] for y in (0, 1, 2, 3, 5, 10, 33, 100, 1000, 12345, 1e6)],
    "scaleMixture": [[x, *s, p, float(mixture(x, s, p))] for x, s, p in mixtures],
}

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "special.json"), "w") as file:
    json.dump(golden, file, separators=(",", ":"))
    file.write("\n")
