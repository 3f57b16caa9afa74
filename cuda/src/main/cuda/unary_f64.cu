// Functions of one float64 tensor and their derivatives, apart from those of special.cu. The number of the function is an argument: it is
// the same for all threads, and one kernel for all is compiled once.
#include "common.cuh"
#include "operations.cuh"
#include "values.cuh"

// With e = e^x and p = e (e + 2), tanh(log(1 + e)) = p / (p + 2). One minus the square of that would lose the digits that x brings back.
__device__ __forceinline__ double mish_derivative(double x) {
    if (x > 20)
        return 1 + 0 * x;
    double e = special_exp(x);
    double more = e + 2;
    double inverse = 1 / (e * more + 2);
    return e * inverse * (4 * x * (1 + e) * inverse + more);
}

// The derivative at k, which is the input or the output.
__device__ __forceinline__ double derivative(int op, double k, const Numbers& p) {
    switch (op) {
        case NEG: return -1;
        case ABS: return sign(k);
        case SIGN:
        case FLOOR:
        case CEIL:
        case ROUND:
        case TRUNC: return 0;
        case FRAC: return 1;
        case SQUARE: return 2 * k;
        case SQRT: return 0.5 / k;
        case RSQRT: return -0.5 * k * k * k;
        case RECIPROCAL: return -k * k;
        case EXP: return k;
        case LOG: return 1 / k;
        case TANH: return 1 - k * k;
        case SIGMOID: return k * (1 - k);
        case RELU: return k <= 0 ? 0 : 1;
        case ERF: return 2 / SQRT_PI * special_gauss(k, 0);
        case SILU: return special_sigmoid(k) * (1 + k * special_sigmoid(-k));
        case MISH: return mish_derivative(k);
        case SOFTSIGN: return 1 / ((1 + fabs(k)) * (1 + fabs(k)));
        case LOG_SIGMOID: return special_sigmoid(-k);
        case HARDSIGMOID: return k > -3 && k < 3 ? 1.0 / 6 : 0;
        case HARDSWISH: return k <= -3 ? 0 : k < 3 ? k / 3 + 0.5 : 1;
        case GELU: return special_gelu_derivative(k);
        case GELU_TANH: return special_gelu_tanh_derivative(k);
        case LEAKY_RELU: return k > 0 ? 1 : p.a;
        case ELU: return k <= 0 ? special_exp(k * p.c) * p.a * p.b * p.c : p.b;
        case CLAMP: return k >= p.a && k <= p.b ? 1 : 0;
        case HARDTANH: return k <= p.a || k >= p.b ? 0 : 1;
        case SOFTPLUS: return k * p.a > p.b ? 1 : special_sigmoid(k * p.a);
        case SOFTSHRINK:
        case HARDSHRINK: return k >= -p.a && k <= p.a ? 0 : 1;
        case THRESHOLD: return k <= p.a ? 0 : 1;
        case NAN_TO_NUM: return fabs(k) < INFINITY ? 1 : 0;
        default: return NAN;
    }
}

extern "C" __global__ void unary_f64(int op, const double* x, double* y, Strided<2> walk, int flat, Numbers p) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[2] = {(int) i, (int) i};
        if (!flat)
            walk.offsets(i, at);
        y[at[0]] = plain_value(op, x[at[1]], p);
    }
}

extern "C" __global__ void unary_backward_f64(int op, const double* kept, const double* dy, double* dx, Strided<3> walk, int flat,
        Numbers p) {
    for (unsigned i = thread_id(); i < walk.numel; i += thread_count()) {
        int at[3] = {(int) i, (int) i, (int) i};
        if (!flat)
            walk.offsets(i, at);
        dx[at[0]] = dy[at[2]] * derivative(op, kept[at[1]], p);
    }
}
