package dev.sunda.nn.metric;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.DTypeException;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;

/// Checked arguments of metrics as arrays.
final class Inputs {
    private Inputs() {
    }

    static void sameShape(String metric, Tensor input, Tensor target) {
        if (!input.shape().equals(target.shape()))
            throw new ShapeException(metric, "input and target must have one shape", input.shape(), target.shape());
    }

    /// Scores `[N, C, d1, ...]` as rows, one for each element of the target `[N, d1, ...]`.
    static double[][] rows(String metric, Tensor scores, Tensor target) {
        if (scores.rank() < 2 || scores.size(1) == 0)
            throw new ShapeException(metric, "scores must be [batch, classes] or [batch, classes, ...]", scores.shape());
        Shape elements = Dims.of(1).reduce(metric, scores.shape());
        if (!target.shape().equals(elements))
            throw new ShapeException(metric, "scores of this shape need class indices of shape " + elements, scores.shape(),
                    target.shape());
        int[] classesLast = new int[scores.rank()];
        for (int d = 1; d < classesLast.length - 1; d++)
            classesLast[d] = d + 1;
        classesLast[classesLast.length - 1] = 1;
        double[] flat = scores.permute(classesLast).toDoubleArray();
        int classes = scores.size(1);
        var rows = new double[elements.numel()][classes];
        for (int n = 0; n < rows.length; n++)
            System.arraycopy(flat, n * classes, rows[n], 0, classes);
        return rows;
    }

    /// Class indices from 0 to `classes - 1`.
    static int[] classes(String metric, Tensor indices, int classes) {
        long[] values = integers(metric, indices);
        var checked = new int[values.length];
        for (int i = 0; i < values.length; i++)
            checked[i] = (int) checked(metric, values[i], classes, i);
        return checked;
    }

    /// Class indices from 0 to `classes - 1`, or -1 where they are `ignoreIndex`.
    static int[] classes(String metric, Tensor indices, int classes, long ignoreIndex) {
        long[] values = integers(metric, indices);
        var checked = new int[values.length];
        for (int i = 0; i < values.length; i++)
            checked[i] = values[i] == ignoreIndex ? -1 : (int) checked(metric, values[i], classes, i);
        return checked;
    }

    private static long[] integers(String metric, Tensor indices) {
        if (!indices.dtype().isInteger())
            throw new DTypeException(metric + ": class indices must be int64 or int32 (got " + indices.describe()
                    + "); convert with to(DType.I64)");
        return indices.toLongArray();
    }

    private static long checked(String metric, long value, int classes, int i) {
        if (value < 0 || value >= classes)
            throw new IllegalArgumentException(
                    metric + ": class indices must be below the " + classes + " classes (got " + value + " as element " + i + ")");
        return value;
    }

    /// Labels 0 and 1, of any type.
    static boolean[] binary(String metric, Tensor labels) {
        double[] values = labels.toDoubleArray();
        var checked = new boolean[values.length];
        for (int i = 0; i < values.length; i++) {
            if (values[i] != 0 && values[i] != 1)
                throw new IllegalArgumentException(metric + ": labels must be 0 or 1 (got " + values[i] + " as element " + i + ")");
            checked[i] = values[i] == 1;
        }
        return checked;
    }
}
