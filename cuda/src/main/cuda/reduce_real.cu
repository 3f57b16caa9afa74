// Folds of floating numbers of either type over any dimensions, but for those of reduce.cu. Floor: every element read once.
#include <cmath>
#include "reduce.cuh"

// Any fold of floating numbers, in double; which one is the same for the whole grid.
struct Real : Fold<Real, double, double> {
    const char* x;
    char* out;
    int bytes;   // of an element: 4 or 8
    int op;

    __device__ Real(const char* x, char* out, int bytes, int op) : x(x), out(out), bytes(bytes), op(op) {}
    __device__ double start() const {
        return op == MAX ? -(double) INFINITY : op == MIN ? (double) INFINITY : op == PROD || op == ALL ? 1 : 0;
    }
    __device__ void open(const int (&at)[2]) { x += (int64_t) at[0] * bytes; }
    __device__ double load(const int (&at)[2], int) const {
        return bytes == 4 ? reinterpret_cast<const float*>(x)[at[0]] : reinterpret_cast<const double*>(x)[at[0]];
    }
    __device__ void add(double& state, double a) const { state = merge(state, a); }
    __device__ double merge(double a, double b) const {
        switch (op) {
        case SUM: return a + b;
        case PROD: return a * b;
        case MAX: return larger(a, b);
        case MIN: return -larger(-a, -b);
        case ANY: return a != 0 || b != 0 ? 1 : 0;
        default: return a != 0 && b != 0 ? 1 : 0;
        }
    }
    __device__ void close(double state, const int (&at)[2]) const {
        if (op >= ANY)
            out[at[1]] = state != 0;
        else if (bytes == 4)
            reinterpret_cast<float*>(out)[at[1]] = (float) state;
        else
            reinterpret_cast<double*>(out)[at[1]] = state;
    }
};

#define ANY_TYPE const char *x, char *out, int bytes, int op
ROWS(reduce_real_rows, (Real(x, out, bytes, op)), ANY_TYPE)
COLUMNS(reduce_real_columns, (Real(x, out, bytes, op)), ANY_TYPE)
