package dev.sunda.nn;

import dev.sunda.autograd.Variable;

/// What all separable convolutions share: a depthwise convolution, which looks at each channel by itself, then a norm and an activation if
/// asked for, then a pointwise convolution, with a kernel of 1, which mixes the channels.
///
/// Children: `depthwise`, `norm` and `activation` if asked for, `pointwise`. Source: Howard et al. 2017, MobileNets, arXiv:1704.04861.
public abstract sealed class DepthwiseSeparableConvNd<C extends ConvNd> extends Layer
        permits DepthwiseSeparableConv1d, DepthwiseSeparableConv2d, DepthwiseSeparableConv3d {
    private final C depthwise;
    private final C pointwise;

    /// @param norm null for none
    DepthwiseSeparableConvNd(C depthwise, BatchNorm norm, boolean activation, C pointwise) {
        this.depthwise = child("depthwise", depthwise);
        if (norm != null)
            child("norm", norm);
        if (activation)
            child("activation", new Relu());
        this.pointwise = child("pointwise", pointwise);
    }

    /// Channels between the two convolutions.
    ///
    /// @param layer for messages
    static int between(String layer, int in, int channelMultiplier) {
        Require.atLeast(layer, "channel multiplier", channelMultiplier, 1);
        Require.atLeast(layer, "number of input channels", in, 1);
        return Math.multiplyExact(in, channelMultiplier);
    }

    /// The convolution of each channel by itself.
    public final C depthwise() {
        return depthwise;
    }

    /// The convolution that mixes channels.
    public final C pointwise() {
        return pointwise;
    }

    @Override
    protected Variable compute(Variable x) {
        return Fusion.forward(children(), x);
    }

    @Override
    protected String options() {
        int multiplier = depthwise.out() / depthwise.in();
        Sliding sliding = depthwise.sliding();
        return depthwise.in() + " -> " + pointwise.out() + ", kernel " + Sliding.text(depthwise.kernel())
                + (multiplier == 1 ? "" : ", channel multiplier " + multiplier)
                + new Sliding(sliding.stride(), sliding.padding(), sliding.dilation(), 1, pointwise.bias() != null, sliding.mode()).text();
    }
}
