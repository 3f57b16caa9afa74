#!/usr/bin/env python3
"""Writes golden.json: what torch.distributions gives for the cases of DistributionCases, on float64 inputs of our own.

Usage: distributions.py FILE

A case has the name, the inputs and the result; "inf" stands for infinity.
"""
import json
import sys

import torch
from torch.distributions import Bernoulli, Categorical, Exponential, Laplace, Normal, Uniform, kl_divergence

torch.set_default_dtype(torch.float64)
random = torch.Generator().manual_seed(20261126)
cases = []


def written(x):
    return {"shape": list(x.shape), "data": [v if abs(v) != float("inf") else str(v) for v in x.flatten().tolist()]}


def case(name, function, *inputs):
    cases.append({"name": name, "inputs": [written(x) for x in inputs], "result": written(function(*inputs))})


def any(*shape):
    return 1.5 * torch.randn(shape, generator=random)


def positive(*shape):
    return torch.randn(shape, generator=random).abs() + 0.5


def moments(d):
    return d.mean + 2 * d.variance + 3 * d.stddev


def of_width(low, width):
    return Uniform(low, low + width, validate_args=False)


def bits(shape):
    return (torch.arange(torch.Size(shape).numel()) % 3 == 0).to(torch.float64).reshape(shape)


def classes(shape, n):
    return ((torch.arange(torch.Size(shape).numel()) + 1) ** 2 % n).reshape(shape)


for name, make, first in [("normal", Normal, any), ("laplace", Laplace, any), ("uniform", of_width, any)]:
    case(f"{name}.logProb", lambda v, a, b: make(a, b, **({} if make is of_width else {"validate_args": False})).log_prob(v),
         any(4, 2, 3), first(2, 3), positive(3))
    case(f"{name}.cdf", lambda v, a, b: make(a, b).cdf(v), any(4, 2, 3), first(2, 3), positive(3))
    case(f"{name}.icdf", lambda v, a, b: make(a, b).icdf(v.sigmoid()), any(4, 2, 3), first(2, 3), positive(3))
    case(f"{name}.entropy", lambda a, b: make(a, b).entropy(), first(2, 3), positive(3))
    case(f"{name}.moments", lambda a, b: moments(make(a, b)), first(2, 3), positive(3))
    case(f"{name}.kl", lambda a, b, c, d: kl_divergence(make(a, b), make(c, d)), first(2, 3), positive(3), first(3), positive(2, 3))
    if name != "normal":
        case(f"{name}.klNormal", lambda a, b, c, d: kl_divergence(make(a, b), Normal(c, d)), first(2, 3), positive(3), any(3), positive(2, 3))
case("uniform.klInside", lambda a, b: kl_divergence(of_width(a, b), of_width(a - 1, b + 1.5)), any(2, 3), positive(3))

case("exponential.logProb", lambda v, a: Exponential(a).log_prob(v), positive(4, 2, 3), positive(2, 3))
case("exponential.cdf", lambda v, a: Exponential(a).cdf(v), positive(4, 2, 3), positive(2, 3))
case("exponential.icdf", lambda v, a: Exponential(a).icdf(v.sigmoid()), any(4, 2, 3), positive(2, 3))
case("exponential.entropy", lambda a: Exponential(a).entropy(), positive(2, 3))
case("exponential.moments", lambda a: moments(Exponential(a)), positive(2, 3))
case("exponential.kl", lambda a, b: kl_divergence(Exponential(a), Exponential(b)), positive(2, 3), positive(3))
case("exponential.klNormal", lambda a, c, d: kl_divergence(Exponential(a), Normal(c, d)), positive(2, 3), any(3), positive(2, 3))

for name, make in [("Logits", lambda x: Bernoulli(logits=x)), ("Probs", lambda x: Bernoulli(probs=x.sigmoid()))]:
    case(f"bernoulli{name}.logProb", lambda x: make(x).log_prob(bits(x.shape)), any(4, 3))
    case(f"bernoulli{name}.entropy", lambda x: make(x).entropy(), any(4, 3))
    case(f"bernoulli{name}.moments", lambda x: make(x).mean + 2 * make(x).variance, any(4, 3))
    case(f"bernoulli{name}.parameters", lambda x: make(x).probs + 2 * make(x).logits, any(4, 3))
    case(f"bernoulli{name}.kl", lambda x, y: kl_divergence(make(x), make(y.expand_as(x))), any(4, 3), any(3))
for name, make in [("Logits", lambda x: Categorical(logits=x)), ("Probs", lambda x: Categorical(probs=x.exp()))]:
    case(f"categorical{name}.logProb", lambda x: make(x).log_prob(classes((3,) + x.shape[:-1], x.shape[-1])), any(2, 4))
    case(f"categorical{name}.entropy", lambda x: make(x).entropy(), any(2, 3, 4))
    case(f"categorical{name}.parameters", lambda x: make(x).probs + 2 * make(x).logits, any(3, 4))
    case(f"categorical{name}.kl", lambda x, y: kl_divergence(make(x), make(y.expand_as(x))), any(2, 3, 4), any(3, 4))

with open(sys.argv[1], "w") as out:
    json.dump(cases, out, separators=(",", ":"))
    out.write("\n")
