package dev.sunda.core.op;

/// A reduction over some dimensions.
///
/// `SUM` and `PROD` keep a floating type and give `I64` for integers and booleans; `MAX` and `MIN` keep the type and pass NaN on;
/// `ANY` and `ALL` give `BOOL`. Over no elements `SUM` is 0, `PROD` 1, `ANY` false, `ALL` true; `MAX` and `MIN` refuse.
public enum ReduceOp {
    SUM("sum"), PROD("prod"), MAX("amax"), MIN("amin"), ANY("any"), ALL("all");

    private final String label;

    ReduceOp(String label) {
        this.label = label;
    }

    /// The name in error messages, also the name of the fluent method.
    public String label() {
        return label;
    }

    /// True if the reduction has no value over zero elements.
    public boolean needsElements() {
        return this == MAX || this == MIN;
    }
}
