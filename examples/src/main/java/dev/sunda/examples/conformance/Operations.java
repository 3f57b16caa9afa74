package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import java.util.List;
import java.util.function.Function;

/// All operations of the library that cases may name, by PyTorch's names. Each family of operations has a class of its own.
final class Operations {
    private static final OperationTable TABLE = new OperationTable();

    static {
        ConvolutionOperations.register(TABLE);
        ProductOperations.register(TABLE);
        PoolingOperations.register(TABLE);
        SpatialOperations.register(TABLE);
        NormalizationOperations.register(TABLE);
        AttentionOperations.register(TABLE);
        EmbeddingOperations.register(TABLE);
        RecurrentOperations.register(TABLE);
        OnnxSequenceOperations.register(TABLE);
        OnnxPointwiseOperations.register(TABLE);
        OnnxReductionOperations.register(TABLE);
        OnnxShapeOperations.register(TABLE);
        OnnxSpatialOperations.register(TABLE);
        OnnxResizing.register(TABLE);
        OnnxLayerOperations.register(TABLE);
        ActivationOperations.register(TABLE);
        LossOperations.register(TABLE);
        PointwiseOperations.register(TABLE);
        ReductionOperations.register(TABLE);
        ShapeOperations.register(TABLE);
        TrainingOperations.register(TABLE);
    }

    private Operations() {
    }

    /// @throws UnsupportedCase if there is no such operation
    static Function<Args, List<Variable>> named(String op) {
        return TABLE.named(op);
    }
}
