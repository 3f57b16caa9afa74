package dev.sunda.nn;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.nn.functional.VectorNorms;
import java.util.LinkedHashMap;
import java.util.Map;

/// Parameters that are computed anew in each call from others, which are trained in their place.
///
/// A parametrised layer is used as before, also in a [Sequential] or with [Layer#freeze]. Its state has the names PyTorch gives it, for
/// example `parametrizations.weight.original0`. Parametrise before an optimizer is made: the parameters change.
///
/// Linear layers, convolutions and transposed ones, embeddings and bilinear layers can be parametrised, and layers of one's own that
/// read parameters with [Layer#current] and say so in [Layer#parametrizable].
public final class Parametrizations {
    private Parametrizations() {
    }

    /// Weight normalisation of `weight`, a length for each position of dimension 0: `weight = g * v / |v|`.
    ///
    /// @return the layer
    public static <L extends Layer> L weightNorm(L layer) {
        return weightNorm(layer, "weight", 0);
    }

    /// Weight normalisation: `weight = g * v / |v|` trains lengths and directions apart. `v`, the former parameter, is named `original1`,
    /// and `g`, its lengths at first, `original0`. See [VectorNorms#weightNorm].
    ///
    /// @param name of the parameter
    /// @param dim there is a length for each position of this dimension; null for a single one
    /// @return the layer
    public static <L extends Layer> L weightNorm(L layer, String name, Integer dim) {
        Parameter parameter = layer.parametrized(name);
        layer.parametrize(name, new WeightNorm(parameter, dim));
        return layer;
    }

    /// Spectral normalisation of `weight` with one step a call; dimension 0 gives the rows, for transposed convolutions dimension 1.
    ///
    /// @param rng gives the first vectors
    /// @return the layer
    public static <L extends Layer> L spectralNorm(L layer, Rng rng) {
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
        Parameter parameter = layer.parametrized(name);
        layer.parametrize(name, new SpectralNorm(parameter, dim, iterations, eps, rng));
        return layer;
    }

    /// Makes a parametrised parameter a plain one again, with the numbers the layer computes with now.
    ///
    /// @return the layer
    public static <L extends Layer> L remove(L layer, String name) {
        layer.unparametrize(name);
        return layer;
    }

    /// The parametrisations of a layer by the names of the parameters: its child `parametrizations`.
    static final class Named extends Layer {
        private final Map<String, Parametrization> named = new LinkedHashMap<>();

        void put(String name, Parametrization parametrization) {
            named.put(name, child(name, parametrization));
        }

        boolean has(String name) {
            return named.containsKey(name);
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
