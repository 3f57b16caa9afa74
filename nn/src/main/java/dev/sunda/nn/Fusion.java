package dev.sunda.nn;

import dev.sunda.autograd.Variable;
import java.util.List;

/// Layers one after the other, neighbours computed together where that saves passes over memory:
///
/// | layers | computed as | saves |
/// |---|---|---|
/// | [BatchNorm2d], [Relu] | one operation | the pass of relu, which both directions wait for memory in |
/// | [Relu], [MaxPool2d] without padding | pool, then relu | relu of all pixels but the largest ones |
///
/// Values and gradients are those of the layers by themselves: relu inside the norm's loops is the same function of the same numbers, and
/// the largest element of a window stays the largest under relu, or the whole window is 0 and passes no gradient. Every layer is called
/// as if it were alone: errors name it and [ModelSummary] lists it. What is joined depends on the layers alone.
final class Fusion {
    private Fusion() {
    }

    static Variable forward(List<Layer> layers, Variable x) {
        Variable y = x;
        for (int i = 0; i < layers.size(); i++) {
            Layer layer = layers.get(i);
            Layer next = i + 1 < layers.size() ? layers.get(i + 1) : null;
            if (layer instanceof BatchNorm2d norm && next instanceof Relu relu) {
                y = relu.call(norm.call(y, norm::computeRelu), done -> done);
                i++;
            } else if (layer instanceof Relu relu && next instanceof MaxPool2d pool && pool.seesAnImageEverywhere()) {
                y = pool.call(relu.call(y, later -> later), pool::computeAfterRelu);
                i++;
            } else {
                y = layer.forward(y);
            }
        }
        return y;
    }
}
