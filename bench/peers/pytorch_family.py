#!/usr/bin/env python3
"""PyTorch on the cases of Sunda's operator family: attention, recurrent layers, norms, 3-D and transposed convolution, embedding, resampling,
sorting, CTC, optimizers. One JSON object a line, as `./sunda bench --json --only family/` prints them.

Usage: pytorch_family.py [--threads N] [--only SUBSTRING] [--quick]

Times are medians after warm-up, in milliseconds: forward without recording, train = forward and backward with the gradients of the input and
of all parameters; of optimizers one step over all parameters. Images are measured in both memory formats.
"""
import argparse
import json
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--only", default="")
parser.add_argument("--quick", action="store_true")
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(0)


def median_ms(run):
    for _ in range(5):
        run()
    start = time.perf_counter()
    run()
    once = max(time.perf_counter() - start, 1e-6)
    times = []
    for _ in range(int(max(7, (0.3 if options.quick else 1.2) / once))):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    times.sort()
    return 1e3 * times[len(times) // 2]


def emit(case, layout="-", **measures):
    rounded = {name: round(value, 4) for name, value in measures.items()}
    print(json.dumps({"case": case, "layout": layout, "threads": options.threads, "device": "cpu", **rounded}), flush=True)


def case(name, make, layouts=("-",)):
    """`make()` gives a function without arguments, and the tensors whose gradients are wanted."""
    if options.only not in name:
        return
    for layout in layouts:
        run, leaves = make(torch.channels_last if layout == "channels_last" else torch.contiguous_format) if layouts != ("-",) else make()
        with torch.no_grad():
            forward = median_ms(run)
        upstream = torch.randn_like(run().detach())

        def both():
            run().backward(upstream)
            for leaf in leaves:
                leaf.grad = None

        emit(name, layout, forward_ms=forward, train_ms=median_ms(both))


def forward_only(name, run):
    if options.only in name:
        with torch.no_grad():
            emit(name, forward_ms=median_ms(run))


def leaf(*shape):
    return torch.randn(*shape).requires_grad_()


def attention(batch, heads, length, width, causal):
    q, k, v = leaf(batch, heads, length, width), leaf(batch, heads, length, width), leaf(batch, heads, length, width)
    return lambda: F.scaled_dot_product_attention(q, k, v, is_causal=causal), [q, k, v]


def of_layer(layer, *shape):
    x = leaf(*shape)
    return lambda: layer(x), [x, *layer.parameters()]


def recurrent(layer, *shape):
    x = leaf(*shape)
    return lambda: layer(x)[0], [x, *layer.parameters()]


def images(layer, *shape):
    def make(layout):
        x = torch.randn(*shape).to(memory_format=layout).requires_grad_()
        net = layer().to(memory_format=layout)
        return lambda: net(x), [x, *net.parameters()]
    return make


def embedding(vocabulary, width, *shape):
    table = leaf(vocabulary, width)
    index = torch.randint(0, vocabulary, shape)
    return lambda: F.embedding(index, table), [table]


def einsum(equation, *shapes):
    operands = [leaf(*shape) for shape in shapes]
    return lambda: torch.einsum(equation, *operands), operands


def ctc(length, batch, classes, target):
    logits = leaf(length, batch, classes)
    targets = torch.randint(1, classes, (batch, target))
    lengths = torch.full((batch,), length), torch.full((batch,), target)
    return lambda: F.ctc_loss(F.log_softmax(logits, -1), targets, *lengths), [logits]


def optimizer(name, make):
    if options.only not in name:
        return
    parameters = [nn.Parameter(torch.randn(*shape)) for shape in 8 * [(512, 512), (512,)] + 2 * [(1024, 1024)]]
    for parameter in parameters:
        parameter.grad = torch.randn_like(parameter)
    emit(name, train_ms=median_ms(make(parameters).step))


BOTH = ("nchw", "channels_last")
case("family/attention-8x8x512x64", lambda: attention(8, 8, 512, 64, False))
case("family/attention-causal-2x8x1024x64", lambda: attention(2, 8, 1024, 64, True))
case("family/lstm-50x64x128-256", lambda: recurrent(nn.LSTM(128, 256), 50, 64, 128))
case("family/gru-50x64x128-256", lambda: recurrent(nn.GRU(128, 256), 50, 64, 128))
case("family/group_norm8-16x64x56x56", images(lambda: nn.GroupNorm(8, 64), 16, 64, 56, 56), BOTH)
case("family/instance_norm-16x64x56x56", images(lambda: nn.InstanceNorm2d(64, affine=True), 16, 64, 56, 56), BOTH)
case("family/rms_norm-4096x1000", lambda: of_layer(nn.RMSNorm(1000), 4096, 1000))
case("family/conv3d-3x3x3-4x16x16x28x28-32", lambda: of_layer(nn.Conv3d(16, 32, 3, padding=1), 4, 16, 16, 28, 28))
case("family/conv_transpose2d-4x4s2-16x64x28-32", images(lambda: nn.ConvTranspose2d(64, 32, 4, 2, 1), 16, 64, 28, 28), BOTH)
case("family/conv_transpose3d-2x2x2s2-4x32x8x14x14-16", lambda: of_layer(nn.ConvTranspose3d(32, 16, 2, 2), 4, 32, 8, 14, 14))
case("family/embedding-32x512-50000x256", lambda: embedding(50000, 256, 32, 512))
case("family/bilinear-16x64x28-56", images(lambda: nn.Upsample(scale_factor=2, mode="bilinear"), 16, 64, 28, 28), BOTH)
case("family/nearest-16x64x28-56", images(lambda: nn.Upsample(scale_factor=2), 16, 64, 28, 28), BOTH)
case("family/einsum-bhid,bhjd-bhij", lambda: einsum("bhid,bhjd->bhij", (8, 8, 256, 64), (8, 8, 256, 64)))
case("family/ctc-100x32x50-20", lambda: ctc(100, 32, 50, 20))
rows = torch.randn(4096, 1000)
forward_only("family/sort-4096x1000", lambda: torch.sort(rows, -1)[0])
forward_only("family/topk10-4096x1000", lambda: torch.topk(rows, 10, -1)[0])
optimizer("family/optim-sgd-4M", lambda p: torch.optim.SGD(p, 1e-3, momentum=0.9))
optimizer("family/optim-adam-4M", lambda p: torch.optim.Adam(p, 1e-3))
optimizer("family/optim-adam-amsgrad-4M", lambda p: torch.optim.Adam(p, 1e-3, amsgrad=True))
optimizer("family/optim-adamw-4M", lambda p: torch.optim.AdamW(p, 1e-3))
optimizer("family/optim-rmsprop-4M", lambda p: torch.optim.RMSprop(p, 1e-3))
optimizer("family/optim-adagrad-4M", lambda p: torch.optim.Adagrad(p, 1e-3))
optimizer("family/optim-nadam-4M", lambda p: torch.optim.NAdam(p, 1e-3))
optimizer("family/optim-radam-4M", lambda p: torch.optim.RAdam(p, 1e-3))
optimizer("family/optim-adamax-4M", lambda p: torch.optim.Adamax(p, 1e-3))
optimizer("family/optim-adadelta-4M", lambda p: torch.optim.Adadelta(p, 1e-3))
optimizer("family/optim-rprop-4M", lambda p: torch.optim.Rprop(p, 1e-3))
optimizer("family/optim-asgd-4M", lambda p: torch.optim.ASGD(p, 1e-3))
