package dev.sunda.core.type;

/// Sizes that do not fit together, a dimension that does not exist, or an index outside its range.
public final class ShapeException extends SundaException {
    private static final long serialVersionUID = 1;

    /// @param message the whole message: operation, what is wrong, what was given, the remedy
    public ShapeException(String message) {
        this("", message);
    }

    private ShapeException(String path, String detail) {
        super(path, detail);
    }

    /// Builds `operation: problem (got [2, 3], [4, 5])`.
    public ShapeException(String operation, String problem, Shape... got) {
        this("", operation + ": " + problem + " (got " + Shape.join(got) + ")");
    }

    @Override
    public ShapeException in(String path) {
        return at(new ShapeException(path, detail()));
    }
}
