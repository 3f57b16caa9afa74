package dev.sunda.core.op;

/// An element-wise function of one tensor with its derivative: a [UnaryOp], or with numbers as parameters a [ParametricOp].
///
/// The scalar definitions are the specification: the reference backend evaluates them in double precision and rounds once; faster kernels
/// must agree within their stated error.
public sealed interface UnaryFunction permits UnaryOp, ParametricOp {

    /// Which tensor the derivative is written in, and so has to stay alive until the backward pass.
    enum Keeps {
        INPUT, OUTPUT, NOTHING
    }

    /// The name in error messages, also the name of the fluent method.
    String label();

    /// The function at `x`.
    double value(double x);

    /// The derivative, as a function of the input or the output, whichever [#keeps] names.
    double derivative(double kept);

    Keeps keeps();

    /// True if the function maps integers to integers, so that it works on integer tensors without changing their type.
    boolean isIntegral();
}
