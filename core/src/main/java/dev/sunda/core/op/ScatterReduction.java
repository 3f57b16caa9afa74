package dev.sunda.core.op;

/// How `scatterReduce` joins the numbers that meet in one place.
public enum ScatterReduction {
    SUM(ScatterOp.ADD, 0), PROD(ScatterOp.MULTIPLY, 1),
    /// The arithmetic mean; of integers rounded down, as in PyTorch.
    MEAN(ScatterOp.ADD, 0), AMAX(ScatterOp.MAX, Double.NEGATIVE_INFINITY), AMIN(ScatterOp.MIN, Double.POSITIVE_INFINITY);

    private final ScatterOp op;
    private final double start;

    ScatterReduction(ScatterOp op, double start) {
        this.op = op;
        this.start = start;
    }

    /// How two numbers are joined; a mean divides at the end.
    public ScatterOp op() {
        return op;
    }

    /// What changes no number it is joined with; of integers the closest one there is.
    public double start() {
        return start;
    }
}
