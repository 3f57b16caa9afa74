package dev.sunda.nn;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.nn.functional.VectorNorms;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Parameters that are computed anew in each call from others, which are trained in their place.
///
/// A parametrised layer is used as before, also in a [Sequential] or with [Layer#freeze]. Its state has the names PyTorch gives it, for
/// example `parametrizations.weight.original0`. Parametrise before an optimizer is made: the parameters change.
///
/// Every parameter of the layers of this package can be parametrised, and those of layers of one's own that read them with
/// [Layer#current] and say so in [Layer#parametrizable].
public final class Parametrizations {
    private Parametrizations() {
    }

    /// Has a parameter computed by a layer: `weight = function(original)`. The parameter is named `original` and stays what is trained, the
    /// layer, with parameters of its own or none, is named `0`. A parameter that is parametrised already gets one more layer, `1` and so
    /// on, which is given what those before it compute. So a weight is trained by a change of low rank (LoRA):
    ///
    /// ```java
    /// final class LowRank extends Layer {
    ///     private final Parameter a, b;
    ///
    ///     LowRank(int out, int in, int rank, Rng rng) {
    ///         a = parameter("a", Tensor.randn(Shape.of(rank, in), rng).mul(0.01));
    ///         b = parameter("b", Tensor.zeros(out, rank));
    ///     }
    ///     @Override protected Variable compute(Variable weight) { return weight.add(current(b).matmul(current(a))); }
    /// }
    ///
    /// model.freeze();
    /// Parametrizations.parametrize(linear, "weight", new LowRank(512, 784, 8, rng));
    /// ```
    ///
    /// @param name of the parameter
    /// @param function keeps shape and type; called once now, to see that it does, and then in each call of the layer
    /// @return the layer
    public static <L extends Layer> L parametrize(L layer, String name, Layer function) {
        Objects.requireNonNull(layer, "parametrize: layer is null");
        Objects.requireNonNull(name, "parametrize: name is null; give that of a parameter");
        Objects.requireNonNull(function, "parametrize: function is null; give a layer");
        if (function == layer || function.namedLayers().containsValue(layer))
            throw new IllegalArgumentException(
                    "parametrize: " + function.describe() + " contains the layer whose parameter it is to compute; give it a layer apart");
        Variable now = layer.parameterNow(name);
        GradMode.noGrad(() -> Parametrization.applied(function, now));
        layer.parametrize(name, function);
        return layer;
    }

    /// Weight normalisation of `weight`, a length for each position of dimension 0: `weight = g * v / |v|`.
    ///
    /// @return the layer
    public static <L extends Layer> L weightNorm(L layer) {
        Objects.requireNonNull(layer, "weightNorm: layer is null");
        return weightNorm(layer, "weight", 0);
    }

    /// Weight normalisation: `weight = g * v / |v|` trains lengths and directions apart. `v`, the former parameter, is named `original1`,
    /// and `g`, its lengths at first, `original0`. See [VectorNorms#weightNorm].
    ///
    /// @param name of the parameter, which must not be parametrised already
    /// @param dim there is a length for each position of this dimension; null for a single one
    /// @return the layer
    public static <L extends Layer> L weightNorm(L layer, String name, Integer dim) {
        Objects.requireNonNull(layer, "weightNorm: layer is null");
        Objects.requireNonNull(name, "weightNorm: name is null; give that of a parameter");
        layer.begin(name, new Parametrization.WeightNorm(layer.unparametrized(name), dim));
        return layer;
    }

    /// Spectral normalisation of `weight` with one step a call; dimension 0 gives the rows, for transposed convolutions dimension 1.
    ///
    /// @param rng gives the first vectors
    /// @return the layer
    public static <L extends Layer> L spectralNorm(L layer, Rng rng) {
        Objects.requireNonNull(layer, "spectralNorm: layer is null");
        Objects.requireNonNull(rng, "spectralNorm: rng is null; pass new Rng(seed)");
        return spectralNorm(layer, "weight", layer instanceof ConvTransposeNd ? 1 : 0, 1, 1e-12, rng);
    }

    /// Spectral normalisation: the parameter divided by its largest singular value, so that the layer stretches nothing.
    ///
    /// The parameter, named `original`, is taken as a matrix with the positions of one dimension as rows. Its singular vectors are the
    /// buffers `0._u` and `0._v`, found by fifteen steps of power iteration at first and followed by some steps in each call in training.
    /// As they are constants, `sigma = u^T W v` is linear in `W`. A vector is divided by its length instead.
    /// Source: Miyato et al. 2018, Spectral Normalization for Generative Adversarial Networks, arXiv:1802.05957.
    ///
    /// @param name of the parameter
    /// @param dim the dimension whose positions are rows
    /// @param iterations steps in each call in training, at least 1
    /// @param eps least length that a vector is divided by
    /// @param rng gives the first vectors
    /// @return the layer
    public static <L extends Layer> L spectralNorm(L layer, String name, int dim, int iterations, double eps, Rng rng) {
        Objects.requireNonNull(layer, "spectralNorm: layer is null");
        Objects.requireNonNull(name, "spectralNorm: name is null; give that of a parameter");
        Objects.requireNonNull(rng, "spectralNorm: rng is null; pass new Rng(seed)");
        layer.parametrize(name, new SpectralNorm(layer.parameterNow(name), dim, iterations, eps, rng));
        return layer;
    }

    /// Makes a parametrised parameter a plain one again, with the numbers the layer computes with now.
    ///
    /// @return the layer
    public static <L extends Layer> L remove(L layer, String name) {
        Objects.requireNonNull(layer, "Parametrizations.remove: layer is null");
        Objects.requireNonNull(name, "Parametrizations.remove: name is null; give that of a parameter");
        layer.unparametrize(name);
        return layer;
    }

    /// The parametrisations of a layer by the names of the parameters: its child `parametrizations`.
    static final class Named extends Layer {
        private final Map<String, Parametrization> named = new LinkedHashMap<>();

        void put(String name, Parametrization parametrization) {
            named.put(name, child(name, parametrization));
        }

        /// Null if there is none.
        Parametrization get(String name) {
            return named.get(name);
        }

        Set<String> names() {
            return named.keySet();
        }

        Parametrization take(String name) {
            forget(name);
            return named.remove(name);
        }

        boolean isEmpty() {
            return named.isEmpty();
        }

        Variable valueOf(Parameter parameter) {
            for (Parametrization parametrization : named.values())
                if (parametrization.original() == parameter)
                    return parametrization.value();
            return Substitution.of(parameter);
        }

        @Override
        protected Variable compute(Variable x) {
            throw new UnsupportedOperationException("Parametrizations: compute parameters, not results; call the layer they belong to");
        }
    }
}
