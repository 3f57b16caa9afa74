package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import dev.sunda.core.type.Shape;
import java.util.List;

/// Layers one after the other, neighbours computed together where that saves passes over memory:
///
/// | layers | computed as | saves |
/// |---|---|---|
/// | [Conv2d], [BatchNorm2d] in evaluation, [Relu] or not | one convolution, if nothing is recorded | the passes of norm and relu |
/// | a convolution, [Relu], no such [MaxPool2d] | one convolution | the forward pass of relu |
/// | [BatchNorm2d], [Relu] | one operation | the pass of relu, which both directions wait for memory in |
/// | [Relu], [MaxPool2d] without padding | pool, then relu | relu of all pixels but the largest ones |
/// | [Flatten] of images that lie channels-last, [Linear] with a smaller weight | one product | copies of the images and their gradient |
///
/// Values and gradients are those of the layers by themselves: norm and relu inside the loops of another layer are the same functions of
/// the same numbers, and the largest element of a window stays the largest under relu, or the whole window is 0 and passes no gradient.
/// The product behind a flatten adds pixel by pixel, not channel by channel, and so rounds differently.
///
/// Every layer is called as if it were alone: errors name it and [ModelSummary] lists it. What is joined depends on the layers, their mode,
/// whether anything is recorded, and for the last row on sizes and memory order.
final class Fusion {
    private Fusion() {
    }

    static Variable forward(List<Layer> layers, Variable x) {
        Variable y = x;
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            Layer next = joining(layer, at(layers, i + 1));
            Layer third = joining(next, at(layers, i + 2));
            if (layer instanceof Conv2d conv && next instanceof BatchNorm2d norm && norm.joins(conv, y)) {
                boolean active = third instanceof Relu;
                y = norm.call(conv.call(y, input -> norm.computeAfter(conv, input, active)), done -> done);
                if (active)
                    y = third.call(y, done -> done);
                i += active ? 2 : 1;
            } else if (layer instanceof ConvNd conv && !(layer instanceof ConvTransposeNd) && next instanceof Relu relu
                    && !isBareMaxPool(third)) {
                y = relu.call(conv.call(y, conv::computeRelu), done -> done);
                i++;
            } else if (layer instanceof BatchNorm2d norm && next instanceof Relu relu) {
                y = relu.call(norm.call(y, norm::computeRelu), done -> done);
                i++;
            } else if (layer instanceof Relu relu && next instanceof MaxPool2d pool && isBareMaxPool(pool)) {
                y = pool.call(relu.call(y, later -> later), pool::computeAfterRelu);
                i++;
            } else if (layer instanceof Flatten flatten && next instanceof Linear linear && linear.readsByPixels(y)) {
                Shape images = y.shape();
                y = linear.call(flatten.call(y, Flatten::byPixels), rows -> linear.computeByPixels(rows, images));
                i++;
            } else {
                y = layer.forward(y);
            }
        }
        return y;
    }

    /// The neighbour, unless somebody wants to see what passes between the two.
    private static Layer joining(Layer layer, Layer next) {
        return layer == null || layer.hasHooks() || next == null || next.hasHooks() ? null : next;
    }

    private static Layer at(List<Layer> layers, int i) {
        return i < layers.size() ? layers.get(i) : null;
    }

    private static boolean isBareMaxPool(Layer layer) {
        return layer instanceof MaxPool2d pool && pool.seesAnImageEverywhere();
    }
}
