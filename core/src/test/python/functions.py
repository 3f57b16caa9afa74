#!/usr/bin/env python3
"""Writes functions.csv.gz: exact values of elementary and special functions at doubles, computed with mpmath in 400 bits.

Usage: functions.py FILE

Each line holds the name of the function, the argument or arguments, and the value as the sum of two doubles, all in hexadecimal.
"""
import gzip
import math
import random
import sys

import mpmath as mp

mp.mp.prec = 400
rng = random.Random(20261126)
one, two = mp.mpf(1), mp.mpf(2)


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def softplus(x):
    return mp.log1p(mp.exp(x))


def gelu(x):
    return x * mp.erfc(-x / mp.sqrt(2)) / 2


def gelu_tanh(x):
    return x * sigmoid(2 * mp.sqrt(2 / mp.pi) * (x + mp.mpf(0.044715) * x ** 3))


SELU_ALPHA, SELU_SCALE = mp.mpf(1.6732632423543772848170429916717), mp.mpf(1.0507009873554804934193349852946)
WIDE, UNIT = (-308, 308), (-300, 0)
# name: function, exponents of ten of the arguments, whether they may be negative, arguments of interest
UNARY = {
    "sqrt": (mp.sqrt, WIDE, False, [2, 3]), "rsqrt": (lambda x: 1 / mp.sqrt(x), WIDE, False, [2, 3]),
    "exp": (mp.exp, (-20, 2.84), True, [1, -1, 0.3, 709.7, -708]), "exp2": (lambda x: two ** x, (-20, 3), True, [0.5, 1, 1000.3]),
    "expm1": (mp.expm1, (-300, 2.84), True, [1, -1, 0.3, 40, -40]), "log": (mp.log, WIDE, False, [1, 0.7, 1.4, 2]),
    "log1p": (mp.log1p, (-300, 308), False, [0.4, 1, -0.3, -0.5, -0.9, 1e-5, -1e-5]), "log2": (lambda x: mp.log(x) / mp.log(2), WIDE, False, [1, 0.7, 1.4]),
    "log10": (mp.log10, WIDE, False, [1, 0.7, 1.4, 10]), "sin": (mp.sin, (-300, 300), True, [math.pi, math.pi / 4, 2 * math.pi, 355]),
    "cos": (mp.cos, (-20, 300), True, [math.pi / 2, math.pi / 4, 11]), "tan": (mp.tan, (-300, 300), True, [math.pi, math.pi / 4, 1.5]),
    "asin": (mp.asin, UNIT, True, [0.5, 0.99, 1]), "acos": (mp.acos, (-20, 0), True, [0.5, 0.99, 1, -0.99, -1]),
    "atan": (mp.atan, WIDE, True, [0.4, 1, 2.4]), "sinh": (mp.sinh, (-300, 2.84), True, [1, 22, 709]), "cosh": (mp.cosh, (-20, 2.84), True, [0.3, 22, 709]),
    "tanh": (mp.tanh, (-300, 2), True, [0.5, 1, 19, 22]), "asinh": (mp.asinh, WIDE, True, [0.5, 1, 2]),
    "acosh": (mp.acosh, (0, 308), False, [1.0001, 1.5, 2]), "atanh": (mp.atanh, UNIT, True, [0.3, 0.5, 0.99, 0.9999999]),
    "sigmoid": (sigmoid, (-20, 2.84), True, [0.5, 36, -36, -700]), "erf": (mp.erf, (-300, 1), True, [0.5, 0.84, 1.25, 2.8, 5.9]),
    "erfc": (mp.erfc, (-20, 1.42), True, [0.5, 0.84, 1.25, 2.8, 6, 26]), "erfinv": (mp.erfinv, (-30, 0), True, [0.1, 0.5, 0.85, 0.99, 0.99999]),
    "lgamma": (lambda x: mp.re(mp.loggamma(x)), (-300, 300), False, [1, 2, 0.5, 1.5, 2.5, 3, 10]),
    "lgamma of negatives": (lambda x: mp.log(abs(mp.gamma(x))), (-20, 2), None, [-0.5, -1.5, -2.457, -10.1]),
    "digamma": (mp.digamma, (-300, 300), False, [1, 2, 1.4616321449683623, 0.5, 10]),
    "digamma of negatives": (mp.digamma, (-20, 2), None, [-0.5, -1.5, -0.504, -10.1]),
    "polygamma 1": (lambda x: mp.polygamma(1, x), (-100, 100), False, [1, 2, 10, 11]),
    "polygamma 2": (lambda x: mp.polygamma(2, x), (-60, 60), False, [1, 2, 10, 12]),
    "softplus": (softplus, (-20, 1.3), True, [1, -1, 0.01, 19]), "logSigmoid": (lambda x: -softplus(-x), (-20, 2.84), True, [1, -1, 30]),
    "silu": (lambda x: x * sigmoid(x), (-300, 2.84), True, [1, -1, -700]),
    "mish": (lambda x: x * mp.tanh(softplus(x)), (-300, 2.5), True, [1, -1, -20]),
    "gelu": (gelu, (-300, 1.3), True, [1, -1, -5, 5]), "geluTanh": (gelu_tanh, (-300, 1), True, [1, -1, -4]),
    "tanhshrink": (lambda x: x - mp.tanh(x), (-20, 2), True, [1, 0.1]), "softsign": (lambda x: x / (1 + abs(x)), WIDE, True, [1]),
    "elu": (lambda x: x if x > 0 else mp.expm1(x), (-300, 2), True, [-1]),
    "selu": (lambda x: SELU_SCALE * (x if x > 0 else SELU_ALPHA * mp.expm1(x)), (-300, 2), True, [-1]),
}
BINARY = {
    "pow": (lambda x, y: x ** y, (-5, 5), (-2, 1.6), False), "atan2": (lambda x, y: mp.atan2(x, y), (-150, 150), (-150, 150), True),
    "hypot": (lambda x, y: mp.sqrt(x * x + y * y), (-300, 300), (-300, 300), True),
    "logaddexp": (lambda x, y: mp.log(mp.exp(x) + mp.exp(y)), (0.1, 2), (0.1, 2), False),
    "xlogy": (lambda x, y: x * mp.log(y), (-100, 100), (-100, 100), False),
}
POINTS = 60


def drawn(exponents, negative):
    x = 10 ** rng.uniform(*exponents)
    return -x if negative is None or negative and rng.random() < 0.5 else x


def near(x):
    """`x` itself and neighbours at distances of every size."""
    yield float(x)
    for k in (1, 3, 10, 20, 32, 44, 50):
        yield x * (1 + 2.0 ** -k * rng.uniform(0.5, 1))
        yield x * (1 - 2.0 ** -k * rng.uniform(0.5, 1))


def lines(name, function, arguments):
    for x in arguments:
        try:
            y = function(*[mp.mpf(v) for v in x])
        except (ValueError, ZeroDivisionError, OverflowError, mp.libmp.ComplexResult):
            continue
        if isinstance(y, mp.mpc) or not mp.isfinite(y) or y == 0 or abs(y) > 1.7e308 or abs(y) < 1e-290:
            continue
        high = float(y)
        yield ",".join([name, *[v.hex() for v in x], high.hex(), float(y - mp.mpf(high)).hex()]) + "\n"


def main(path):
    text = []
    for name, (function, exponents, negative, special) in UNARY.items():
        points = [drawn(exponents, negative) for _ in range(POINTS)] + [v for x in special for v in near(x)]
        if negative is None:
            points = [x for x in points if x != math.floor(x)]
        text += lines(name, function, [(x,) for x in points])
    for name, (function, first, second, negative) in BINARY.items():
        text += lines(name, function, [(drawn(first, negative), drawn(second, negative)) for _ in range(2 * POINTS)])
    with open(path, "wb") as file, gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="") as packed:
        packed.write("".join(text).encode())
    print(len(text), "values")


main(sys.argv[1])
