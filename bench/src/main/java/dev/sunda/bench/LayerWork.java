package dev.sunda.bench;

import static dev.sunda.autograd.GradMode.noGrad;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.nn.Layer;
import java.util.ArrayList;
import java.util.List;

/// The [Work] of layers, from the shapes that pass through them in one run.
final class LayerWork {
    private final List<Work> forward = new ArrayList<>();
    private final List<Work> train = new ArrayList<>();

    private LayerWork() {
    }

    /// A single layer and the gradients of its input and parameters.
    static LayerWork ofLayer(Layer layer, Tensor input) {
        var work = new LayerWork();
        Variable y = noGrad(() -> layer.forward(Variable.of(input)));
        work.add(layer, input, y.data(), true);
        return work;
    }

    /// A whole network: of its layers only those with products count, as if all others were computed along with them. The network's own
    /// input has no gradient.
    static LayerWork ofNetwork(Layer network, Tensor input) {
        var work = new LayerWork();
        for (Layer layer : network.namedLayers().values())
            if (layer.children().isEmpty() && products(layer, input, input) > 0)
                layer.afterForward((x, y) -> {
                    work.add(layer, x.data(), y.data(), !work.forward.isEmpty());
                    return y;
                });
        noGrad(() -> network.forward(Variable.of(input)));
        return work;
    }

    /// What a forward run must do.
    Work forward() {
        return join(forward);
    }

    /// What a forward and a backward run must do.
    Work train() {
        return join(train);
    }

    private static Work join(List<Work> all) {
        return all.stream().reduce(new Work(List.of()), Work::then);
    }

    /// Backwards there are two more products of the same size, for the gradients of input and weight; the input is read once more if there
    /// are parameters, for their gradients.
    private void add(Layer layer, Tensor x, Tensor y, boolean inputGradient) {
        double products = products(layer, x, y);
        double parameters = layer.parameters().stream().mapToDouble(p -> p.shape().numel()).sum();
        double in = x.shape().numel();
        double out = y.shape().numel();
        forward.add(Work.of(products, in + out + parameters));
        double read = parameters > 0 ? in : 0;
        train.add(Work.of(products * (inputGradient ? 3 : 2), 2 * out + in + read + (inputGradient ? in : 0) + 3 * parameters));
    }

    /// Multiply-adds: all weights at every position. A position is a row of a linear or recurrent layer's input, a pixel of a convolution's
    /// result or of a transposed convolution's input.
    private static double products(Layer layer, Tensor x, Tensor y) {
        double products = 0;
        for (Parameter p : layer.parameters()) {
            double weights = p.shape().numel();
            if (p.shape().rank() == 2)
                products += weights * x.shape().numel() / x.shape().size(-1);
            else if (p.shape().rank() > 2)
                products += weights / p.shape().size(0) * (transposed(layer) ? x : y).shape().numel();
        }
        return products;
    }

    private static boolean transposed(Layer layer) {
        return layer.getClass().getSimpleName().startsWith("ConvTranspose");
    }
}
