package dev.sunda.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is published refuses null where it is called, and says so. This module sees all others, so the test lives here.
class NullArgumentsTests {
    /// Published for those who write backends, who are given what has been checked, and for tests of one's own operations.
    private static final Predicate<String> LEFT_OUT = Set.of("dev.sunda.core.spi", "dev.sunda.autograd.check")::contains;

    /// Where null has a meaning, which their documentation names.
    private static final Map<String, String> TAKES_NULL = new TreeMap<>();

    static {
        nullMeans("none, of what need not be there",
                "Tensor.clamp(min)", "Tensor.clamp(max)", "Variable.clamp(min)", "Variable.clamp(max)", "Tensor.histogram(weight)",
                "Tensor.unaryBackward(kept)", "GroupNormKernels.groupNormBackward(weight)", "LayerNormKernels.layerNormBackward(weight)",
                "LayerNormKernels.rmsNorm(weight)", "LossKernels.crossEntropy(weight)", "NormKernels.channelStatistics(running)",
                "Normalizations.batchNorm(running)",
                "Normalizations.batchNormRelu(running)", "OptimizerKernels.Change.of(tensors)[]",
                "Parameter.setGrad(gradient)", "Attentions.attentionWeights(mask)", "Attentions.scaledDotProductAttention(mask)",
                "MultiheadAttentions.Masks(attention)", "MultiheadAttentions.Masks(keyPadding)",
                "MultiheadAttentions.Masks.withKeyPadding(keyPadding)", "BinaryLosses.binaryCrossEntropy(weight)",
                "BinaryLosses.binaryCrossEntropyWithLogits(weight)", "BinaryLosses.binaryCrossEntropyWithLogits(posWeight)",
                "BinaryLosses.multilabelSoftMarginLoss(weight)", "ClassificationLosses.MultiMarginOptions(classWeights)",
                "ClassificationLosses.MultiMarginOptions.withClassWeights(weights)", "Losses.CrossEntropyOptions(classWeights)",
                "Losses.CrossEntropyOptions.withClassWeights(weights)", "LayerNorms.layerNorm(weight)", "LayerNorms.layerNorm(bias)",
                "LayerNorms.rmsNorm(weight)", "Linear(bias)", "Linears.linear(bias)", "Embedding.Options(paddingIndex)",
                "Embedding.Options.withPaddingIndex(paddingIndex)", "Embedding.Options(maxNorm)",
                "Embedding.Options.withMaxNorm(maxNorm)", "EmbeddingBag(maxNorm)", "Embeddings.Options(paddingIndex)",
                "Embeddings.Options.withPaddingIndex(paddingIndex)", "Embeddings.BagOptions(paddingIndex)",
                "Embeddings.BagOptions.withPaddingIndex(paddingIndex)", "GroupedQueryAttention.Options(rotary)",
                "GroupedQueryAttention.Options.withRotary(rotary)", "TransformerEncoder(norm)", "TransformerDecoder(norm)",
                "MultiheadAttentions.Weights(in)", "MultiheadAttentions.Weights(q)", "MultiheadAttentions.Weights(k)",
                "MultiheadAttentions.Weights(v)", "MultiheadAttentions.Weights(inBias)", "MultiheadAttentions.Weights(biasK)",
                "MultiheadAttentions.Weights(biasV)", "MultiheadAttentions.Weights(outBias)", "Recurrences.Weights(inputBias)",
                "Recurrences.Weights(stateBias)", "Recurrences.Weights(projection)");
        nullMeans("without dropout",
                "Attentions.Options(key)", "Attentions.Options.withDropout(key)", "MultiheadAttentions.Options(key)",
                "MultiheadAttentions.Options.withDropout(key)");
        nullMeans("what the sizes give: 1 / sqrt(width), the epsilon of the type, the whole, the edges, one of size and factors",
                "Attentions.Options(scale)", "RmsNorm.Options(eps)", "RmsNorm.Options.withEps(eps)", "VectorNorms.lengths(dim)",
                "VectorNorms.weightNorm(dim)", "Parametrizations.weightNorm(dim)", "Interpolation(alignCorners)", "Interpolation(size)",
                "Interpolation(scaleFactors)");
        nullMeans("the average of all batches",
                "BatchNorm.Options(momentum)", "BatchNorm.Options.withMomentum(momentum)", "InstanceNorm.Options(momentum)",
                "InstanceNorm.Options.withMomentum(momentum)", "Running(momentum)");
        nullMeans("all steps",
                "Recurrences.Options(lengths)", "Recurrences.Options.withLengths(lengths)", "Rnn.forward(lengths)",
                "Gru.forward(lengths)", "Lstm.forward(lengths)");
        nullMeans("a size that stays",
                "AdaptiveAvgPool1d(size)[]", "AdaptiveAvgPool2d(size)[]", "AdaptiveAvgPool3d(size)[]", "AdaptiveMaxPool1d(size)[]",
                "AdaptiveMaxPool2d(size)[]", "AdaptiveMaxPool3d(size)[]", "AdaptivePoolings.adaptiveAvgPool1d(size)[]",
                "AdaptivePoolings.adaptiveMaxPool1d(size)[]", "AdaptivePoolings.adaptiveMaxPool1dWithIndices(size)[]");
        nullMeans("no matter, nothing is drawn",
                "CenterCrop.apply(rng)", "Normalize.apply(rng)", "Resize.apply(rng)");
    }

    private static void nullMeans(String meaning, String... places) {
        for (String place : places)
            TAKES_NULL.put(place, meaning);
    }

    @ParameterizedTest
    @CsvSource({"core, 300", "autograd, 200", "nn, 900", "optim, 120", "data, 90"})
    void whoeverPassesNullIsToldSo(String module, int leastCalls) throws IOException {
        var probe = new NullProbe("dev.sunda." + module, LEFT_OUT);
        Map<String, String> findings = probe.run();
        findings.keySet().removeAll(TAKES_NULL.keySet());
        assertThat(probe.calls()).as("the probe sees what is published").isGreaterThan(leastCalls);
        String lines = findings.entrySet().stream().map(finding -> finding.getKey() + " " + finding.getValue())
                .collect(Collectors.joining("\n"));
        assertThat(lines).as("add Objects.requireNonNull, or the place to those where null has a meaning").isEmpty();
    }

    /// So that the list does not keep what is refused by now.
    @Test
    void whereNullHasAMeaningItIsTaken() throws IOException {
        var taken = new TreeSet<String>();
        for (String module : Arrays.asList("core", "autograd", "nn", "optim", "data"))
            taken.addAll(new NullProbe("dev.sunda." + module, LEFT_OUT).run().keySet());
        assertThat(taken).containsAll(TAKES_NULL.keySet());
    }
}
