#!/usr/bin/env python3
"""PyTorch on the cases of `./sunda bench`, under the same names; one JSON object a line, as `./sunda bench --json` prints them.

Usage: pytorch.py [--threads N] [--device cpu|cuda] [--tf32] [--only SUBSTRING] [--quick]

Times are medians after warm-up, in milliseconds: forward without recording, train = forward and backward with the gradients of the input and
of all parameters; of `model/` cases with an optimizer a whole step, of optimizers one step over all parameters. Images are measured in both
memory formats, a line each: `./sunda bench --compare` takes the faster one. On a GPU cuDNN tries its algorithms first, and float32 means
float32 unless --tf32 is given.
"""
import argparse
import json
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--device", default="cpu")
parser.add_argument("--tf32", action="store_true")
parser.add_argument("--only", default="")
parser.add_argument("--quick", action="store_true")
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.set_default_device(options.device)
torch.manual_seed(0)
torch.backends.cudnn.benchmark = True
torch.backends.cudnn.allow_tf32 = options.tf32
torch.backends.cuda.matmul.allow_tf32 = options.tf32
gpu = options.device.startswith("cuda")
wait = torch.cuda.synchronize if gpu else lambda: None


def timed(run, calls=1):
    start = time.perf_counter()
    for _ in range(calls):
        run()
    wait()
    return (time.perf_counter() - start) / calls


def median_ms(run):
    """As Sunda measures: on a GPU a sample is many calls, since waiting for one takes a while itself."""
    for _ in range(5):
        run()
    wait()
    calls = int(min(max(2e-3 / timed(run), 1), 1000)) if gpu else 1
    once = max(timed(run, calls) * calls, 1e-6)
    times = sorted(timed(run, calls) for _ in range(int(max(7, (0.3 if options.quick else 1.2) / once))))
    return 1e3 * times[len(times) // 2]


def recorded_ms(step):
    """The same with the whole step in a CUDA graph."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return median_ms(graph.replay)


def emit(case, layout="-", **measures):
    rounded = {name: round(value, 4) for name, value in measures.items()}
    print(json.dumps({"case": case, "layout": layout, "threads": options.threads, "device": options.device, **rounded}), flush=True)


def memory_format(layout):
    return torch.channels_last if layout == "channels_last" else torch.contiguous_format


def case(name, make, layouts=("-",)):
    """`make()`, or `make(format)` of images, gives a function without arguments, and the tensors whose gradients are wanted."""
    if options.only not in name:
        return
    for layout in layouts:
        run, leaves = make(memory_format(layout)) if layouts != ("-",) else make()
        with torch.no_grad():
            forward = median_ms(run)
        upstream = torch.randn_like(run().detach())

        def both():
            run().backward(upstream)
            for leaf in leaves:
                leaf.grad = None

        emit(name, layout, forward_ms=forward, train_ms=median_ms(both))


def forward_only(name, make):
    if options.only in name:
        run = make()
        with torch.no_grad():
            emit(name, forward_ms=median_ms(run))


def model(name, make, shape, classes, optimizer):
    """A whole training step, and inference of all samples and of one."""
    if options.only not in name:
        return
    for layout in BOTH:
        net = make().to(memory_format=memory_format(layout))
        x = torch.randn(*shape).to(memory_format=memory_format(layout))
        labels = torch.randint(0, classes, shape[:1])
        rule = optimizer(net.parameters())

        def step():
            rule.zero_grad()
            F.cross_entropy(net(x), labels).backward()
            rule.step()

        times = {"train_ms": median_ms(step)}
        if gpu:
            times["train_recorded_ms"] = recorded_ms(step)
        net.eval()
        one = x[:1].contiguous(memory_format=memory_format(layout))
        with torch.no_grad():
            emit(name, layout, **times, forward_ms=median_ms(lambda: net(x)), forward_batch1_ms=median_ms(lambda: net(one)))


def leaf(*shape):
    return torch.randn(*shape).requires_grad_()


def product(m, n, k):
    a, b = torch.randn(m, k), torch.randn(k, n)
    return lambda: a @ b


def of_function(function, *shape):
    x = leaf(*shape)
    return lambda: function(x), [x]


def on_rows(function):
    x = torch.randn(*ROWS)
    return lambda: function(x)


def causal(*arguments, **settings):
    """A convolution over time that sees the past alone."""
    layer = nn.Conv1d(*arguments, **settings)
    past = (layer.kernel_size[0] - 1) * layer.dilation[0]
    return nn.Sequential(nn.ConstantPad1d((past, 0), 0.0), layer)


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


def cross_entropy(rows, classes):
    logits = leaf(rows, classes)
    labels = torch.randint(0, classes, (rows,))
    return lambda: F.cross_entropy(logits, labels), [logits]


def optimizer(name, make):
    if options.only not in name:
        return
    parameters = [nn.Parameter(torch.randn(*shape)) for shape in 8 * [(512, 512), (512,)] + 2 * [(1024, 1024)]]
    for parameter in parameters:
        parameter.grad = torch.randn_like(parameter)
    emit(name, train_ms=median_ms(make(parameters).step))


def mnist():
    """Two depthwise-separable blocks with dilation 2 behind a stem of 32 channels."""
    def separable(channels, results):
        return nn.Conv2d(channels, channels, 3, padding=2, dilation=2, groups=channels), nn.Conv2d(channels, results, 1), nn.ReLU()
    return nn.Sequential(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), *separable(32, 64), nn.MaxPool2d(2),
                         *separable(64, 128), nn.Flatten(), nn.Linear(6272, 10))


def mobile_net_quarter():
    """MobileNet, a quarter of its width (Howard et al. 2017, arXiv:1704.04861)."""
    def normed(*arguments, **settings):
        convolution = nn.Conv2d(*arguments, bias=False, **settings)
        return convolution, nn.BatchNorm2d(convolution.out_channels), nn.ReLU()

    layers = [*normed(3, 8, 3, stride=2, padding=1)]
    channels = 8
    for results, stride in [(16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2)] + 5 * [(128, 1)] + [(256, 2), (256, 1)]:
        layers += [*normed(channels, channels, 3, stride=stride, padding=1, groups=channels), *normed(channels, results, 1)]
        channels = results
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, 1000))


class TransformerBlock(nn.Module):
    """Norms in front, causal attention of 8 heads, a feed-forward part of four times the width."""

    def __init__(self, width=256, heads=8):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 3 * width))
        self.out = nn.Linear(width, width)
        self.feed = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        y = x + self.out(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))
        return y + self.feed(y)


BOTH = ("nchw", "channels_last")
ROWS = (4096, 1000)
forward_only("gemm/256", lambda: product(256, 256, 256))
forward_only("gemm/512", lambda: product(512, 512, 512))
forward_only("gemm/1024", lambda: product(1024, 1024, 1024))
forward_only("gemm/2048", lambda: product(2048, 2048, 2048))
forward_only("gemm/128x10x6272", lambda: product(128, 10, 6272))
forward_only("gemm/1024x768x3072", lambda: product(1024, 768, 3072))
case("conv2d/3x3-64x16x28-32", images(lambda: nn.Conv2d(16, 32, 3, padding=1), 64, 16, 28, 28), BOTH)
case("conv2d/3x3-16x64x56-64", images(lambda: nn.Conv2d(64, 64, 3, padding=1), 16, 64, 56, 56), BOTH)
case("conv2d/3x3d2-16x64x56-64", images(lambda: nn.Conv2d(64, 64, 3, padding=2, dilation=2), 16, 64, 56, 56), BOTH)
case("conv2d/3x3s2-16x64x56-128", images(lambda: nn.Conv2d(64, 128, 3, stride=2, padding=1), 16, 64, 56, 56), BOTH)
case("conv2d/3x3-16x128x14-128", images(lambda: nn.Conv2d(128, 128, 3, padding=1), 16, 128, 14, 14), BOTH)
case("conv2d/1x1-64x64x28-128", images(lambda: nn.Conv2d(64, 128, 1), 64, 64, 28, 28), BOTH)
case("conv2d/7x7s2-8x3x224-64", images(lambda: nn.Conv2d(3, 64, 7, stride=2, padding=3), 8, 3, 224, 224), BOTH)
case("depthwise/3x3-64x64x28", images(lambda: nn.Conv2d(64, 64, 3, padding=1, groups=64), 64, 64, 28, 28), BOTH)
case("depthwise/3x3d2-64x64x28", images(lambda: nn.Conv2d(64, 64, 3, padding=2, dilation=2, groups=64), 64, 64, 28, 28), BOTH)
case("depthwise/3x3d4-64x64x28", images(lambda: nn.Conv2d(64, 64, 3, padding=4, dilation=4, groups=64), 64, 64, 28, 28), BOTH)
case("depthwise/3x3d2-16x256x56", images(lambda: nn.Conv2d(256, 256, 3, padding=2, dilation=2, groups=256), 16, 256, 56, 56), BOTH)
case("depthwise/5x5s2-16x128x28", images(lambda: nn.Conv2d(128, 128, 5, stride=2, padding=2, groups=128), 16, 128, 28, 28), BOTH)
case("depthwise/7x7-16x256x28", images(lambda: nn.Conv2d(256, 256, 7, padding=3, groups=256), 16, 256, 28, 28), BOTH)
case("transposed/2x2s2-16x64x28-32", images(lambda: nn.ConvTranspose2d(64, 32, 2, stride=2), 16, 64, 28, 28), BOTH)
case("conv1d/causal-k2d16-16x64x1024", lambda: of_layer(causal(64, 64, 2, dilation=16), 16, 64, 1024))
case("conv1d/depthwise-k7d4-16x256x1024", lambda: of_layer(causal(256, 256, 7, dilation=4, groups=256), 16, 256, 1024))
case("op/relu-4096x1000", lambda: of_function(F.relu, *ROWS))
case("op/gelu-4096x1000", lambda: of_function(F.gelu, *ROWS))
case("op/tanh-4096x1000", lambda: of_function(torch.tanh, *ROWS))
case("op/sigmoid-4096x1000", lambda: of_function(torch.sigmoid, *ROWS))
case("op/softmax-4096x1000", lambda: of_function(lambda x: F.softmax(x, 1), *ROWS))
case("op/log_softmax-4096x1000", lambda: of_function(lambda x: F.log_softmax(x, 1), *ROWS))
case("op/sum-4096x1000", lambda: of_function(torch.sum, *ROWS))
case("op/add-4096x1000", lambda: of_function(lambda x: x + x, *ROWS))
case("op/layer_norm-4096x1000", lambda: of_layer(nn.LayerNorm(1000), *ROWS))
case("op/batch_norm-64x64x28x28", images(lambda: nn.BatchNorm2d(64), 64, 64, 28, 28), BOTH)
case("op/max_pool2-64x64x28x28", images(lambda: nn.MaxPool2d(2), 64, 64, 28, 28), BOTH)
case("model/transformer-block-8x128x256", lambda: of_layer(TransformerBlock(), 8, 128, 256))
model("model/mnist-sgd-128", mnist, (128, 1, 28, 28), 10, lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9))
model("model/mnist-adamw-128", mnist, (128, 1, 28, 28), 10, lambda p: torch.optim.AdamW(p, lr=1e-3, capturable=gpu))
model("model/mobilenet025-16", mobile_net_quarter, (16, 3, 224, 224), 1000, lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9))
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
case("family/cross_entropy-4096x1000", lambda: cross_entropy(*ROWS))
forward_only("family/sort-4096x1000", lambda: on_rows(lambda x: torch.sort(x, -1)[0]))
forward_only("family/topk10-4096x1000", lambda: on_rows(lambda x: torch.topk(x, 10, -1)[0]))
case("family/silu-4096x1000", lambda: of_function(F.silu, *ROWS))
case("family/mish-4096x1000", lambda: of_function(F.mish, *ROWS))
case("family/softplus-4096x1000", lambda: of_function(F.softplus, *ROWS))
case("family/elu-4096x1000", lambda: of_function(F.elu, *ROWS))
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
if gpu:
    ROWS = (8192, 4096)

    def depthwise(channels, side, kernel, dilation=1, stride=1):
        padding = dilation * (kernel // 2)
        return images(lambda: nn.Conv2d(channels, channels, kernel, stride, padding, dilation, groups=channels), 32, channels, side, side)

    forward_only("large/gemm-4096", lambda: product(4096, 4096, 4096))
    forward_only("large/copy-8192x4096", lambda: on_rows(torch.clone))
    case("large/relu-8192x4096", lambda: of_function(F.relu, *ROWS))
    case("large/gelu-8192x4096", lambda: of_function(F.gelu, *ROWS))
    case("large/tanh-8192x4096", lambda: of_function(torch.tanh, *ROWS))
    case("large/softmax-8192x4096", lambda: of_function(lambda x: F.softmax(x, 1), *ROWS))
    case("large/log_softmax-8192x4096", lambda: of_function(lambda x: F.log_softmax(x, 1), *ROWS))
    case("large/sum-8192x4096", lambda: of_function(torch.sum, *ROWS))
    case("large/add-8192x4096", lambda: of_function(lambda x: x + x, *ROWS))
    case("large/layer_norm-8192x4096", lambda: of_layer(nn.LayerNorm(4096), *ROWS))
    case("large/batch_norm-32x256x56x56", images(lambda: nn.BatchNorm2d(256), 32, 256, 56, 56), BOTH)
    case("large/3x3-64x128x56-128", images(lambda: nn.Conv2d(128, 128, 3, padding=1), 64, 128, 56, 56), BOTH)
    case("large/3x3-64x256x28-256", images(lambda: nn.Conv2d(256, 256, 3, padding=1), 64, 256, 28, 28), BOTH)
    case("large/1x1-64x256x28-512", images(lambda: nn.Conv2d(256, 512, 1), 64, 256, 28, 28), BOTH)
    case("large/depthwise-3x3-32x256x112", depthwise(256, 112, 3), BOTH)
    case("large/depthwise-3x3s2-32x256x112", depthwise(256, 112, 3, stride=2), BOTH)
    case("large/depthwise-3x3d2-32x256x112", depthwise(256, 112, 3, 2), BOTH)
    case("large/depthwise-3x3d4-32x256x112", depthwise(256, 112, 3, 4), BOTH)
    case("large/depthwise-3x3d8-32x512x56", depthwise(512, 56, 3, 8), BOTH)
    case("large/depthwise-5x5-32x512x56", depthwise(512, 56, 5), BOTH)
    case("large/depthwise-5x5d2-32x512x56", depthwise(512, 56, 5, 2), BOTH)
    case("large/depthwise-7x7-32x1024x28", depthwise(1024, 28, 7), BOTH)
    case("large/depthwise-9x9-32x1024x28", depthwise(1024, 28, 9), BOTH)
    case("large/depthwise-causal-k4-16x1024x4096", lambda: of_layer(causal(1024, 1024, 4, groups=1024), 16, 1024, 4096))
    case("large/depthwise-causal-k31-16x1024x4096", lambda: of_layer(causal(1024, 1024, 31, groups=1024), 16, 1024, 4096))
