"""Writes lalsimulation.json: 200 binaries as LALSimulation computes them, IMRPhenomD.

    python3 -m venv V && V/bin/pip install lalsuite==7.26.16 numpy==2.4.6 && V/bin/python make.py && npx biome format --write lalsimulation.json
"""

import json
import os

import lal
import lalsimulation
import numpy

lal.swig_redirect_standard_output_error = False
random = numpy.random.default_rng(20160203)
digits = lambda values: [float(f"{x:.9g}") for x in values]
binaries = []
for i in range(200):
    total = numpy.exp(random.uniform(numpy.log(10), numpy.log(200)))
    # corners among them: equal masses, 1:18, spins of 0.99
    ratio = (1, 18)[i % 8] if i % 8 < 2 else numpy.exp(random.uniform(0, numpy.log(18)))
    chi1, chi2 = random.uniform(-0.99, 0.99, 2) if i % 5 else random.choice([-0.99, 0.99], 2)
    m1, m2, chi1, chi2 = (float(f"{x:.6g}") for x in (total * ratio / (1 + ratio), total / (1 + ratio), chi1, chi2))
    if m1 / m2 > 18:
        m2 = m1 / 18
    distance, phase = float(f"{random.uniform(10, 3000):.6g}"), float(f"{random.uniform(0, 6.28):.6g}")
    highest = min(0.1999 / ((m1 + m2) * lal.MTSUN_SI), 4096)
    frequencies = digits(numpy.geomspace(20, highest, 32))
    sequence = lal.CreateREAL8Sequence(len(frequencies))
    sequence.data = numpy.array(frequencies)
    version = lalsimulation.NoNRT_V
    h = lalsimulation.SimIMRPhenomDFrequencySequence(
        sequence, phase, 20, m1 * lal.MSUN_SI, m2 * lal.MSUN_SI, chi1, chi2, distance * 1e6 * lal.PC_SI, None, version
    ).data.data
    binaries.append(
        {
            "binary": [m1, m2, chi1, chi2],
            "distance": distance,
            "phase": phase,
            "finalSpin": lalsimulation.SimIMRPhenomDFinalSpin(m1, m2, chi1, chi2),
            "peak": lalsimulation.IMRPhenomDGetPeakFreq(m1, m2, chi1, chi2),
            "frequencies": frequencies,
            "real": digits(h.real),
            "imaginary": digits(h.imag),
        }
    )

noise = [[f, lalsimulation.SimNoisePSDaLIGOZeroDetHighPower(f)] for f in digits(numpy.geomspace(10, 4096, 40))]
text = json.dumps({"noise": noise, "binaries": binaries}, separators=(",", ":"))
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lalsimulation.json")
with open(path, "w") as file:
    file.write(text.replace('{"binary"', '\n{"binary"') + "\n")
