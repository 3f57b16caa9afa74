// The operations by number: constants of the enums UnaryOp, ParametricOp.Kind and BinaryOp of core, in their order, which OperationsTests
// compares.
#pragma once

enum UnaryOp {
    NEG, ABS, SIGN, FLOOR, CEIL, ROUND, TRUNC, FRAC, SQUARE, SQRT, RSQRT, RECIPROCAL, EXP, EXPM1, EXP2, LOG, LOG1P, LOG2, LOG10, SIN, COS,
    TAN, ASIN, ACOS, ATAN, SINH, COSH, ASINH, ACOSH, ATANH, TANH, SIGMOID, RELU, ERF, ERFC, ERFINV, LGAMMA, ERFCX, NDTRI, I0, I0E, I1, I1E,
    SILU, MISH, SOFTSIGN, LOG_SIGMOID, HARDSIGMOID, HARDSWISH, TANHSHRINK, GELU, GELU_TANH
};

// Numbers begin where those of functions without parameters cannot reach.
enum ParametricOp {
    LEAKY_RELU = 128, ELU, CLAMP, HARDTANH, SOFTPLUS, SOFTSHRINK, HARDSHRINK, THRESHOLD, LOGIT, POLYGAMMA, NAN_TO_NUM
};

enum BinaryOp {
    ADD, SUB, MUL, DIV, TRUNC_DIVIDE, FLOOR_DIVIDE, FMOD, REMAINDER, POW, MAXIMUM, MINIMUM, ATAN2, HYPOT, LOGADDEXP, LOGADDEXP2, XLOGY,
    COPYSIGN, GCD, LCM, LEFT_SHIFT, RIGHT_SHIFT, BITWISE_AND, BITWISE_OR, BITWISE_XOR, EQ, NE, LT, LE, GT, GE, AND, OR, XOR
};

// The numbers a, b and c of a function with parameters.
struct Numbers {
    double a, b, c;
};
