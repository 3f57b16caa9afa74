#!/usr/bin/env python3
"""Writes golden.json.gz: values and gradients of PyTorch for every operation that cases may name, on small inputs of our own.

Usage: golden.py FILE

Every case is there in float64 and in float32; the float32 values are computed in float64 from float32 inputs and rounded at the end.
"""
import base64
import gzip
import json
import sys

import torch
import torch.nn.functional as F

NUMPY = {torch.float64: "<f8", torch.float32: "<f4", torch.int64: "<i8", torch.int32: "<i4", torch.bool: "?"}
cases = []
random = torch.Generator().manual_seed(20261126)


def rand(*shape):
    return torch.randn(*shape, dtype=torch.float64, generator=random)


def uniform(*shape):
    return 0.05 + 0.9 * torch.rand(*shape, dtype=torch.float64, generator=random)


def integers(high, *shape):
    return torch.randint(0, high, shape, generator=random)


def mask(*shape):
    return torch.rand(*shape, generator=random) < 0.5


def tensor(x, like=None):
    x = x.detach().contiguous()
    if like is not None and x.is_floating_point():
        x = x.to(like)
    data = x.numpy().astype(NUMPY[x.dtype]).tobytes()
    return {"dtype": str(x.dtype).replace("torch.", ""), "shape": list(x.shape), "data": base64.b64encode(data).decode()}


def written(value, dtype):
    if isinstance(value, torch.Tensor):
        return tensor(value, dtype)
    if isinstance(value, (list, tuple)):
        return [written(v, dtype) for v in value]
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    return value


def rounded(value, dtype):
    if isinstance(value, torch.Tensor):
        return value.to(dtype).to(torch.float64) if value.is_floating_point() else value
    if isinstance(value, (list, tuple)):
        return [rounded(v, dtype) for v in value]
    return value


def case(op, function, without=(), **args):
    """`function` takes the arguments by name. All floating tensors among them get a gradient, but those named in `without`."""
    for dtype in (torch.float64, torch.float32):
        called = {name: rounded(value, dtype) for name, value in args.items()}
        leaves = {}
        for name, value in called.items():
            if isinstance(value, torch.Tensor) and value.is_floating_point() and name not in without:
                leaves[name] = called[name] = value.clone().requires_grad_()
            elif isinstance(value, list) and value and all(isinstance(v, torch.Tensor) for v in value) and name not in without:
                called[name] = [v.clone().requires_grad_() for v in value]
                leaves.update({f"{name}[{i}]": v for i, v in enumerate(called[name])})
        outputs = function(**called)
        outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
        label = str(dtype).replace("torch.", "")
        entry = {"id": f"{op}/{sum(c['op'] == op for c in cases) // 2}-{label}", "op": op, "dtype": label,
                 "args": {name: written(value, dtype) for name, value in args.items() if value is not None},
                 "outputs": [tensor(y, dtype) for y in outputs]}
        upstream = [torch.randn(y.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1)).to(dtype) if y.requires_grad
                    else None for y in outputs]
        largest = max([1.0] + [float(y.detach().double().abs().max()) for y in outputs
                               if y.is_floating_point() and y.numel() and torch.isfinite(y).all()])
        if leaves and any(u is not None for u in upstream):
            entry["upstream"] = [None if u is None else tensor(u) for u in upstream]
            pairs = [(y, u.double()) for y, u in zip(outputs, upstream) if u is not None]
            found = torch.autograd.grad([y for y, _ in pairs], list(leaves.values()), [u for _, u in pairs], allow_unused=True)
            entry["grads"] = {name: None if g is None else tensor(g, dtype) for name, g in zip(leaves, found)}
            largest = max([largest] + [float(g.abs().max()) for g in found if g is not None and g.numel() and torch.isfinite(g).all()])
        entry["tolerance"] = {"rtol": 1e-7, "atol": 1e-9 * largest} if dtype == torch.float64 else {"rtol": 2e-5, "atol": 4e-6 * largest}
        cases.append(entry)


def fails(op, **args):
    cases.append({"id": f"error/{op}/{len(cases)}", "op": op, "args": {n: written(v, torch.float32) for n, v in args.items()},
                  "mustFail": True})


def plain(op, function, *inputs, **options):
    """A function of one tensor, on several of them."""
    for x in inputs or (3 * rand(3, 4),):
        case(op, lambda input, **o: function(input, **o), input=x, **options)


# ------------------------------------------------------------------------------------------------------------------ products, convolution

def convolutions():
    case("conv1d", F.conv1d, input=rand(2, 4, 9), weight=rand(6, 2, 3), bias=rand(6), stride=2, padding=1, dilation=2, groups=2)
    case("conv2d", F.conv2d, input=rand(2, 3, 6, 5), weight=rand(4, 3, 3, 2), bias=rand(4), stride=[2, 1], padding=[1, 0], dilation=[1, 2])
    case("conv2d", F.conv2d, input=rand(1, 4, 7, 7), weight=rand(8, 1, 3, 3), groups=4, dilation=2, padding="same")
    case("conv3d", F.conv3d, input=rand(1, 2, 4, 5, 4), weight=rand(3, 2, 2, 3, 2), bias=rand(3), padding=[1, 1, 0])
    case("conv_transpose1d", F.conv_transpose1d, input=rand(2, 4, 5), weight=rand(4, 2, 3), bias=rand(4), stride=3, padding=1,
         output_padding=2, groups=2)
    case("conv_transpose2d", F.conv_transpose2d, input=rand(1, 2, 4, 3), weight=rand(2, 3, 3, 3), stride=2, padding=1, output_padding=[1, 0])
    case("conv_transpose3d", F.conv_transpose3d, input=rand(1, 2, 2, 3, 2), weight=rand(2, 2, 2, 2, 3), bias=rand(2), dilation=[1, 2, 1])
    for mode in ("reflect", "replicate", "circular"):
        def padded(input, weight, bias, padding, padding_mode, stride):
            return F.conv2d(F.pad(input, (padding[1], padding[1], padding[0], padding[0]), mode=padding_mode), weight, bias, stride)
        case("conv2d_padding_mode", padded, input=rand(1, 2, 5, 6), weight=rand(3, 2, 3, 3), bias=rand(3), padding=[1, 2], padding_mode=mode,
             stride=2)

    def separable(input, depthwise_weight, pointwise_weight, depthwise_bias, stride, padding):
        return F.conv2d(F.conv2d(input, depthwise_weight, depthwise_bias, stride, padding, groups=input.shape[1]), pointwise_weight)
    case("depthwise_separable", separable, input=rand(2, 3, 6, 6), depthwise_weight=rand(3, 1, 3, 3), pointwise_weight=rand(5, 3, 1, 1),
         depthwise_bias=rand(3), stride=2, padding=1)
    fails("conv2d", input=rand(1, 3, 5, 5), weight=rand(4, 2, 3, 3))
    fails("conv_transpose2d", input=rand(1, 2, 4, 3), weight=rand(2, 3, 3, 3), output_padding=1)


def products():
    case("linear", F.linear, input=rand(2, 3, 4), weight=rand(5, 4), bias=rand(5))
    case("matmul", torch.matmul, input=rand(2, 1, 3, 4), other=rand(3, 4, 2))
    case("bmm", torch.bmm, input=rand(3, 2, 4), mat2=rand(3, 4, 5))
    for equation, *shapes in (("ij,jk->ik", (2, 3), (3, 4)), ("bhid,bhjd->bhij", (2, 1, 3, 4), (2, 1, 2, 4)), ("ii->i", (3, 3)),
                              ("i,j", (3,), (4,)), ("...ij->...ji", (2, 3, 4)), ("ijk,k,jl->il", (2, 3, 4), (4,), (3, 2))):
        case("einsum", lambda operands, equation: torch.einsum(equation, *operands), operands=[rand(*s) for s in shapes], equation=equation)
    fails("matmul", input=rand(2, 3), other=rand(2, 3))
    fails("einsum", operands=[rand(2, 3), rand(2, 3)], equation="ij,jk->ik")


# ------------------------------------------------------------------------------------------------------------------ images

def pooling():
    for n, size in ((1, (2, 3, 9)), (2, (2, 2, 7, 6)), (3, (1, 2, 5, 6, 4))):
        case(f"max_pool{n}d", getattr(F, f"max_pool{n}d"), input=rand(*size), kernel_size=3, stride=2, padding=1, ceil_mode=True)
        case(f"avg_pool{n}d", getattr(F, f"avg_pool{n}d"), input=rand(*size), kernel_size=2, padding=1, count_include_pad=False)
        case(f"adaptive_avg_pool{n}d", getattr(F, f"adaptive_avg_pool{n}d"), input=rand(*size), output_size=3)
        case(f"adaptive_max_pool{n}d", getattr(F, f"adaptive_max_pool{n}d"), input=rand(*size), output_size=2)
    case("max_pool2d", F.max_pool2d, input=rand(1, 1, 7, 7), kernel_size=[3, 2], stride=1, dilation=[1, 2])
    case("avg_pool2d", F.avg_pool2d, input=rand(1, 1, 5, 5), kernel_size=3, stride=2, divisor_override=4, ceil_mode=True)
    case("lp_pool2d", F.lp_pool2d, input=uniform(1, 2, 6, 5), norm_type=3.0, kernel_size=2, stride=2)
    fails("max_pool2d", input=rand(1, 1, 3, 3), kernel_size=2, padding=2)
    fails("adaptive_avg_pool2d", input=rand(2, 2), output_size=2)


def spatial():
    for mode, amounts, size in (("constant", [1, 2], (2, 3)), ("constant", [-1, 1, 2, 0], (1, 2, 4, 4)), ("reflect", [2, 1], (2, 4)),
                                ("replicate", [1, 2, 0, 3], (1, 2, 3, 3)), ("circular", [1, 1, 2, 0], (1, 2, 4, 3))):
        options = {"value": 1.5} if mode == "constant" else {}
        case("pad", F.pad, input=rand(*size), pad=amounts, mode=mode, **options)
    case("unfold", F.unfold, input=rand(2, 2, 5, 6), kernel_size=[2, 3], stride=[1, 2], padding=1, dilation=[2, 1])
    case("fold", F.fold, input=rand(2, 8, 6), output_size=[3, 4], kernel_size=2)
    for mode, size, options in (("nearest", (1, 2, 3, 4), {"size": [5, 7]}), ("linear", (1, 2, 5), {"scale_factor": 1.7}),
                                ("bilinear", (1, 2, 4, 3), {"size": [7, 5], "align_corners": True}),
                                ("bilinear", (1, 1, 6, 6), {"scale_factor": 0.6, "align_corners": False}),
                                ("bicubic", (1, 1, 4, 5), {"scale_factor": 2.0, "align_corners": False}),
                                ("trilinear", (1, 1, 3, 4, 2), {"size": [4, 3, 5], "align_corners": False}),
                                ("area", (1, 2, 6, 5), {"size": [3, 2]})):
        case("interpolate", F.interpolate, input=rand(*size), mode=mode, **options)
    case("upsample", F.interpolate, input=rand(1, 2, 3, 3), scale_factor=2.0, mode="nearest")
    case("pixel_shuffle", F.pixel_shuffle, input=rand(1, 8, 2, 3), upscale_factor=2)
    case("pixel_unshuffle", F.pixel_unshuffle, input=rand(1, 2, 4, 6), downscale_factor=2)
    fails("pixel_shuffle", input=rand(1, 3, 2, 2), upscale_factor=2)
    fails("pad", input=rand(1, 3), pad=[3, 0], mode="reflect")


# ------------------------------------------------------------------------------------------------------------------ norms, activations, losses

def norms():
    case("batch_norm", lambda input, weight, bias, training, eps: F.batch_norm(input, None, None, weight, bias, training, 0.1, eps),
         input=rand(4, 3, 2, 2), weight=rand(3), bias=rand(3), training=True, eps=1e-4)

    def running(input, running_mean, running_var, weight, training, momentum):
        mean, var = running_mean.clone(), running_var.clone()
        return F.batch_norm(input, mean, var, weight, None, training, momentum), mean, var
    case("batch_norm", running, without=("running_mean", "running_var"), input=rand(4, 3, 5), running_mean=rand(3), running_var=uniform(3),
         weight=rand(3), training=True, momentum=0.3)
    case("group_norm", F.group_norm, input=rand(2, 6, 3), num_groups=3, weight=rand(6), bias=rand(6))
    case("group_norm", F.group_norm, input=rand(2, 4), num_groups=2, eps=1e-3)
    case("instance_norm", lambda input, weight, bias: F.instance_norm(input, weight=weight, bias=bias), input=rand(2, 3, 4, 3),
         weight=rand(3), bias=rand(3))
    case("layer_norm", F.layer_norm, input=rand(2, 3, 4), normalized_shape=[3, 4], weight=rand(3, 4), bias=rand(3, 4))
    case("rms_norm", F.rms_norm, input=rand(3, 5), normalized_shape=[5], weight=rand(5), eps=1e-5)
    case("local_response_norm", F.local_response_norm, input=rand(2, 5, 3), size=3, alpha=0.1, beta=0.6, k=1.5)
    fails("group_norm", input=rand(2, 5, 3), num_groups=2)
    fails("rms_norm", input=rand(2, 5), normalized_shape=[4])


def activations():
    for name in ("relu", "relu6", "selu", "silu", "mish", "softsign", "hardswish", "hardsigmoid", "logsigmoid", "sigmoid", "tanh"):
        plain(name, getattr(F, name), 3 * rand(3, 4))
    for name, options in (("leaky_relu", {"negative_slope": 0.2}), ("elu", {"alpha": 1.3}), ("celu", {"alpha": 0.7}),
                          ("softplus", {"beta": 2.0, "threshold": 5.0}), ("hardtanh", {"min_val": -0.5, "max_val": 1.5}),
                          ("gelu", {"approximate": "tanh"}), ("gelu", {}), ("glu", {"dim": 1})):
        plain(name, getattr(F, name), 3 * rand(3, 4), **options)
    case("prelu", F.prelu, input=rand(2, 3, 2), weight=rand(3))
    fails("glu", input=rand(3, 3), dim=1)
    fails("prelu", input=rand(2, 3), weight=rand(2))


def losses():
    for reduction in ("mean", "sum", "none"):
        for name, options in (("mse_loss", {}), ("l1_loss", {}), ("smooth_l1_loss", {"beta": 0.5}), ("huber_loss", {"delta": 0.7})):
            case(name, getattr(F, name), input=rand(3, 4), target=rand(3, 4), reduction=reduction, **options)
        case("binary_cross_entropy", F.binary_cross_entropy, without=("target", "weight"), input=uniform(3, 4), target=uniform(3, 4),
             weight=uniform(4), reduction=reduction)
        case("binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits, without=("target", "pos_weight"), input=5 * rand(3, 4),
             target=uniform(3, 4), pos_weight=uniform(4), reduction=reduction)
        case("kl_div", F.kl_div, input=F.log_softmax(rand(3, 4), 1), target=F.softmax(rand(3, 4), 1), reduction=reduction)
        case("nll_loss", F.nll_loss, without=("weight",), input=F.log_softmax(rand(4, 3), 1), target=integers(3, 4), weight=uniform(3),
             reduction=reduction)
        case("cross_entropy", F.cross_entropy, without=("weight",), input=rand(2, 3, 4), target=integers(3, 2, 4), weight=uniform(3),
             label_smoothing=0.1, reduction=reduction)
        case("triplet_margin_loss", F.triplet_margin_loss, anchor=rand(3, 4), positive=rand(3, 4), negative=rand(3, 4), margin=2.0, swap=True,
             reduction=reduction)

        def ctc(logits, targets, input_lengths, target_lengths, reduction):
            return F.ctc_loss(F.log_softmax(logits, -1), targets, input_lengths, target_lengths, reduction=reduction)
        case("ctc_loss_from_logits", ctc, logits=rand(6, 2, 4), targets=1 + integers(3, 2, 3), input_lengths=[6, 5], target_lengths=[3, 2],
             reduction=reduction)
    case("kl_div", F.kl_div, input=F.log_softmax(rand(3, 4), 1), target=F.log_softmax(rand(3, 4), 1), reduction="batchmean", log_target=True)
    case("cosine_similarity", F.cosine_similarity, x1=rand(3, 4), x2=rand(1, 4), dim=1)
    case("softmax", F.softmax, input=rand(2, 3, 2), dim=1)
    case("log_softmax", F.log_softmax, input=5 * rand(2, 3), dim=-1)
    case("logsumexp", torch.logsumexp, input=rand(2, 3, 4), dim=[0, 2], keepdim=True)
    fails("mse_loss", input=rand(3), target=rand(2, 4))
    fails("nll_loss", input=rand(2, 3), target=integers(3, 4))
    fails("binary_cross_entropy", input=uniform(3), target=uniform(4))


# ------------------------------------------------------------------------------------------------------------------ sequences

def sequences():
    case("embedding", lambda weight, input, padding_idx: F.embedding(input, weight, padding_idx), weight=rand(5, 3), input=integers(5, 2, 4),
         padding_idx=1)
    for mode, gates in (("rnn", 1), ("gru", 3), ("lstm", 4)):
        def recurrent(input, weight_ih, weight_hh, bias_ih, bias_hh, h0, c0=None, batch_first=False, mode=mode):
            state = (h0, c0) if mode == "lstm" else h0
            function = {"rnn": torch.rnn_tanh, "gru": torch.gru, "lstm": torch.lstm}[mode]
            initial = state if mode != "lstm" else [h0, c0]
            return function(input, initial, [weight_ih, weight_hh, bias_ih, bias_hh], True, 1, 0.0, False, False, batch_first)
        extra = {"c0": rand(1, 2, 4)} if mode == "lstm" else {}
        case(mode, recurrent, input=rand(2, 3, 2), weight_ih=rand(4 * gates, 2), weight_hh=rand(4 * gates, 4), bias_ih=rand(4 * gates),
             bias_hh=rand(4 * gates), h0=rand(1, 2, 4), batch_first=True, **extra)
    case("scaled_dot_product_attention", F.scaled_dot_product_attention, query=rand(2, 3, 4), key=rand(2, 5, 4), value=rand(2, 5, 2),
         attn_mask=rand(3, 5), scale=0.4)
    case("scaled_dot_product_attention", F.scaled_dot_product_attention, query=rand(1, 2, 4, 3), key=rand(1, 2, 4, 3), value=rand(1, 2, 4, 3),
         is_causal=True)
    fails("embedding", weight=rand(3, 2), input=torch.tensor([3]))


# ------------------------------------------------------------------------------------------------------------------ element-wise, reductions, shapes

def pointwise():
    for name in ("abs", "cos", "erf", "exp", "expm1", "neg", "reciprocal", "sign", "sin", "square"):
        plain(name, getattr(torch, name), rand(3, 4))
    for name in ("log", "log1p", "rsqrt", "sqrt"):
        plain(name, getattr(torch, name), uniform(3, 4))
    for name in ("add", "sub", "mul", "div", "maximum", "minimum"):
        case(name, getattr(torch, name), input=rand(2, 3, 1), other=rand(3, 4))
    case("add", torch.add, input=rand(3), other=rand(2, 3), alpha=-0.5)
    case("sub", torch.sub, input=rand(3), other=2.5, alpha=2)
    for mode in ("trunc", "floor"):
        case("div", torch.div, input=5 * rand(3, 4), other=rand(4), rounding_mode=mode)
    case("pow", torch.pow, input=uniform(3, 4), exponent=rand(4))
    case("pow", torch.pow, input=rand(3), exponent=3)
    case("clamp", torch.clamp, input=2 * rand(3, 4), min=-0.5, max=1.0)
    case("clamp", torch.clamp, input=2 * rand(3, 4), max=uniform(4))
    case("where", lambda input, condition, other: torch.where(condition, input, other), input=rand(3, 4), condition=mask(4), other=rand(3, 1))
    fails("add", input=rand(2, 3), other=rand(4))


def reductions():
    for name in ("sum", "mean", "amax", "amin"):
        case(name, getattr(torch, name), input=rand(2, 3, 4), dim=[0, 2], keepdim=True)
    for name in ("sum", "mean", "prod", "max", "min"):
        case(name, getattr(torch, name), input=rand(2, 3))
    for name in ("max", "min"):
        case(name, getattr(torch, name), input=rand(3, 4), dim=1)
        case("arg" + name, getattr(torch, "arg" + name), input=rand(3, 4), dim=0, keepdim=True)
    case("prod", torch.prod, input=rand(3, 4), dim=1)
    for name in ("var", "std"):
        case(name, getattr(torch, name), input=rand(3, 4), dim=1, correction=2)
        case(name, lambda input, unbiased, name=name: getattr(torch, name)(input, unbiased=unbiased), input=rand(3, 4), unbiased=False)
    for p in (0.5, 1, 2, 3, float("inf"), float("-inf"), "fro"):
        case("norm", torch.norm, input=rand(3, 4), p=p, dim=[1] if p == "fro" else 1, keepdim=True)
    case("norm", torch.norm, input=rand(2, 3))
    case("cumsum", torch.cumsum, input=rand(3, 4), dim=1)
    case("cumprod", torch.cumprod, input=torch.tensor([[1.5, 0.0, -2.0, 0.5], [0.0, 3.0, 0.0, 1.0]], dtype=torch.float64), dim=1)
    case("sort", torch.sort, input=rand(3, 5), dim=1, descending=True)
    case("topk", torch.topk, input=rand(3, 5), k=2, dim=1, largest=False)
    fails("sum", input=rand(2, 3), dim=2)
    fails("cumsum", input=rand(2, 3), dim=-3)
    fails("topk", input=rand(2, 3), k=4)


def shapes():
    case("cat", torch.cat, tensors=[rand(2, 3), rand(2, 1)], dim=1)
    case("stack", torch.stack, tensors=[rand(2, 3), rand(2, 3)], dim=-1)
    case("split", torch.split, tensor=rand(5, 2), split_size_or_sections=2)
    case("split", torch.split, tensor=rand(2, 6), split_size_or_sections=[1, 3, 2], dim=1)
    case("expand", lambda input, size: input.expand(size), input=rand(3, 1), size=[2, 3, 4])
    case("reshape", torch.reshape, input=rand(3, 4), shape=[2, -1])
    case("permute", torch.permute, input=rand(2, 3, 4), dims=[2, 0, 1])
    case("transpose", torch.transpose, input=rand(2, 3, 4), dim0=0, dim1=-1)
    case("flip", torch.flip, input=rand(2, 3), dims=[0, 1])
    case("roll", torch.roll, input=rand(3, 4), shifts=[1, -2], dims=[0, 1])
    case("roll", torch.roll, input=rand(3, 4), shifts=5)
    case("narrow", torch.narrow, input=rand(4, 3), dim=0, start=1, length=2)
    case("squeeze", torch.squeeze, input=rand(1, 3, 1), dim=0)
    case("unsqueeze", torch.unsqueeze, input=rand(3), dim=1)
    for name in ("tril", "triu"):
        case(name, getattr(torch, name), input=rand(2, 4, 3), diagonal=-1)
    case("gather", torch.gather, input=rand(3, 4), dim=1, index=integers(4, 3, 2))
    case("index_select", torch.index_select, input=rand(3, 4), dim=1, index=integers(4, 5))
    case("scatter_add", torch.scatter_add, input=rand(3, 4), dim=0, index=integers(3, 2, 4), src=rand(2, 4))
    case("masked_fill", torch.masked_fill, input=rand(3, 4), mask=mask(3, 1), value=-2.0)
    fails("split", tensor=rand(5, 2), split_size_or_sections=[2, 2])
    fails("masked_fill", input=rand(3, 4), mask=mask(2), value=1.0)


# ------------------------------------------------------------------------------------------------------------------ training

def training():
    makers = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "nadam": torch.optim.NAdam,
              "radam": torch.optim.RAdam, "rmsprop": torch.optim.RMSprop, "adagrad": torch.optim.Adagrad, "adadelta": torch.optim.Adadelta}
    options = {"sgd": [{"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}], "adam": [{"lr": 0.01, "amsgrad": True}],
               "adamw": [{"lr": 0.01, "weight_decay": 0.1, "maximize": True}], "nadam": [{"lr": 0.01, "weight_decay": 0.1}],
               "radam": [{"lr": 0.01}], "rmsprop": [{"lr": 0.01, "centered": True, "momentum": 0.9}],
               "adagrad": [{"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.2}], "adadelta": [{"lr": 1.0, "weight_decay": 0.1}]}

    def trajectory(params, grads, maker, **hyper):
        parameters = [torch.nn.Parameter(p.detach().clone()) for p in params]
        optimizer = maker(parameters, foreach=False, **hyper)
        steps = []
        for gradients in grads:
            for parameter, gradient in zip(parameters, gradients):
                parameter.grad = gradient.detach().clone()
            optimizer.step()
            steps += [p.detach().clone() for p in parameters]
        return steps
    for name, maker in makers.items():
        for hyper in options[name]:
            case("optim/" + name, lambda params, grads, maker=maker, **h: trajectory(params, grads, maker, **h), without=("params", "grads"),
                 params=[rand(2, 2), rand(3)], grads=[[rand(2, 2), rand(3)] for _ in range(4)], **hyper)

    def clip(grads, max_norm, norm_type):
        parameters = [torch.nn.Parameter(torch.zeros_like(g)) for g in grads]
        for parameter, gradient in zip(parameters, grads):
            parameter.grad = gradient.detach().clone()
        norm = torch.nn.utils.clip_grad_norm_(parameters, max_norm, norm_type)
        return [p.grad for p in parameters] + [norm]
    for norm_type in (2.0, 1.0, float("inf")):
        case("clip_grad_norm", clip, without=("grads",), grads=[rand(2, 2), rand(3)], max_norm=0.5, norm_type=norm_type)
    for name, maker, hyper in (("step", "StepLR", {"step_size": 3, "gamma": 0.5}), ("multistep", "MultiStepLR", {"milestones": [2, 5], "gamma": 0.3}),
                               ("exponential", "ExponentialLR", {"gamma": 0.9}), ("cosine", "CosineAnnealingLR", {"T_max": 6, "eta_min": 0.01}),
                               ("linear", "LinearLR", {"start_factor": 0.2, "end_factor": 0.8, "total_iters": 4}),
                               ("cosine_warm_restarts", "CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 2})):
        def rates(lr, epochs, maker=maker, **hyper):
            optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr)
            schedule = getattr(torch.optim.lr_scheduler, maker)(optimizer, **hyper)
            found = []
            for _ in range(epochs):
                found.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                schedule.step()
            return torch.tensor(found, dtype=torch.float64)
        before = len(cases)
        case("lr/" + name, rates, lr=0.1, epochs=12, **hyper)
        del cases[before + 1:]                                       # rates are doubles in every case
    for entry in cases:
        if entry["op"].startswith("lr/"):
            entry["id"] = entry["op"]
    fails("optim/adagrad", params=[rand(2)], grads=[[rand(2)]], lr=-0.1)
    fails("optim/rmsprop", params=[rand(2)], grads=[[rand(2)]], lr=0.1, alpha=-1.0)


for family in (convolutions, products, pooling, spatial, norms, activations, losses, sequences, pointwise, reductions, shapes, training):
    family()
with gzip.GzipFile(sys.argv[1], "wb", mtime=0) as out:
    out.write(json.dumps({"format": 1, "source": f"generated inputs, values computed with PyTorch {torch.__version__.split('+')[0]}",
                          "group": "golden", "cases": cases}).encode())
print(len(cases), "cases of", len({c["op"] for c in cases}), "operations")
