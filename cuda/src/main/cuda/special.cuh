// Functions in double precision that are used rarely, by the formulas of core.op: ScalarMath, ErrorFunction, GammaFunctions,
// BesselFunctions, Gelu and NormalQuantile. Sources and derivations stand there. Powers, inverse and hyperbolic functions are those of the
// compiler, exact to 1 or 2 ulp. What has many steps is a function of its own, so that a module holds it once.
#pragma once
#include "math.cuh"
#include "trigonometry.cuh"

constexpr double PI = 3.14159265358979323846;
constexpr double LN2 = 0.693147180559945309417;
constexpr double LN10 = 2.302585092994045684018;
constexpr double SQRT2 = 1.4142135623730950488;
constexpr double SQRT_PI = 1.7724538509055160273;
constexpr double LARGE = 0x1p28;    // from here on sqrt(x^2 + 1) is x

#define SPECIAL __device__ __noinline__ double

// A polynomial by Horner's rule, the lowest coefficient first.
template<int N>
__device__ __forceinline__ double polynomial(const double (&ascending)[N], double x) {
    double sum = ascending[N - 1];
#pragma unroll
    for (int i = N - 2; i >= 0; i--)
        sum = sum * x + ascending[i];
    return sum;
}

// --------------------------------------------------------------------------------------------------------------- exponentials, logarithms

SPECIAL special_exp(double x) {
    return sunda_exp(x);
}

SPECIAL special_expm1(double x) {
    return expm1(x);
}

SPECIAL special_log(double x) {
    return sunda_log(x);
}

SPECIAL special_log1p(double x) {
    return log1p(x);
}

// As IEEE 754 has it, which is what CUDA's pow computes.
SPECIAL special_pow(double a, double b) {
    return pow(a, b);
}

SPECIAL special_tanh(double x) {
    return sunda_tanh(x);
}

__device__ __forceinline__ double special_sigmoid(double x) {
    double e = special_exp(-fabs(x));
    return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

__device__ __forceinline__ double special_softplus(double x) {
    return maximum(x, 0.0) + special_log1p(special_exp(-fabs(x)));
}

__device__ __forceinline__ double special_logit(double x, double eps) {
    double z = eps < 0 ? x : x < eps ? eps : x > 1 - eps ? 1 - eps : x;
    return special_log(z / (1 - z));
}

// Exact for powers of two. The exponent is taken out so that the mantissa lies around 1.
__device__ __forceinline__ double special_log2(double x) {
    if (!(x > 0 && x < INFINITY))
        return special_log(x);
    int tiny = x < 0x1p-1022 ? 54 : 0;
    long long bits = __double_as_longlong(tiny == 0 ? x : x * 0x1p54);
    int exponent = (int) (bits >> 52) - 1023;
    double mantissa = __longlong_as_double((bits & 0xFFFFFFFFFFFFFLL) | 0x3FF0000000000000LL);
    if (mantissa > SQRT2) {
        mantissa /= 2;
        exponent++;
    }
    return exponent - tiny + special_log(mantissa) / LN2;
}

__device__ __forceinline__ double special_asinh(double x) {
    double a = fabs(x);
    double y = a > LARGE ? special_log(a) + LN2 : special_log1p(a + a * a / (1 + sqrt(1 + a * a)));
    return copysign(y, x);
}

__device__ __forceinline__ double special_acosh(double x) {
    double t = x - 1;
    return x < 1 ? NAN : x > LARGE ? special_log(x) + LN2 : special_log1p(t + sqrt(t * (t + 2)));
}

__device__ __forceinline__ double special_atanh(double x) {
    double a = fabs(x);
    return copysign(0.5 * special_log1p(2 * a / (1 - a)), x);
}

// ----------------------------------------------------------------------------------------------------------------------- error function

__device__ __forceinline__ double erf_small(double square) {
    constexpr double p[] = {1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02,
        -5.77027029648944159157e-03, -2.37630166566501626084e-05};
    constexpr double q[] = {1, 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03,
        1.32494738004321644526e-04, -3.96022827877536812320e-06};
    return polynomial(p, square) / polynomial(q, square);
}

__device__ __forceinline__ double erf_near_one(double s) {
    constexpr double p[] = {-2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01,
        3.18346619901161753674e-01, -1.10894694282396677476e-01, 3.54783043256182359371e-02, -2.16637559486879084300e-03};
    constexpr double q[] = {1, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02,
        1.26171219808761642112e-01, 1.36370839120290507362e-02, 1.19844998467991074170e-02};
    return polynomial(p, s) / polynomial(q, s);
}

// 1 - erf(a) for a from 1.25 on.
SPECIAL erf_tail(double a) {
    constexpr double large_p[] = {-9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01,
        -6.23753324503260060396e+01, -1.62396669462573470355e+02, -1.84605092906711035994e+02, -8.12874355063065934246e+01,
        -9.81432934416914548592e+00};
    constexpr double large_q[] = {1, 1.96512716674392571292e+01, 1.37657754143519042600e+02, 4.34565877475229228821e+02,
        6.45387271733267880336e+02, 4.29008140027567833386e+02, 1.08635005541779435134e+02, 6.57024977031928170135e+00,
        -6.04244152148580987438e-02};
    constexpr double tail_p[] = {-9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01,
        -1.60636384855821916062e+02, -6.37566443368389627722e+02, -1.02509513161107724954e+03, -4.83519191608651397019e+02};
    constexpr double tail_q[] = {1, 3.03380607434824582924e+01, 3.25792512996573918826e+02, 1.53672958608443695994e+03,
        3.19985821950859553908e+03, 2.55305040643316442583e+03, 4.74528541206955367215e+02, -2.24409524465858183362e+01};
    double s = 1 / (a * a);
    double r = a < 1 / 0.35 ? polynomial(large_p, s) / polynomial(large_q, s) : polynomial(tail_p, s) / polynomial(tail_q, s);
    double high = __longlong_as_double(__double_as_longlong(a) & 0xFFFFFFFF00000000LL);
    return special_exp(-high * high - 0.5625) * special_exp((high - a) * (high + a) + r) / a;
}

constexpr double ERF_ONE = 8.45062911510467529297e-01;

SPECIAL special_erf(double x) {
    double a = fabs(x);
    if (a < 0.84375)
        return x + x * erf_small(x * x);
    if (a < 1.25)
        return copysign(ERF_ONE + erf_near_one(a - 1), x);
    if (a < 6)
        return copysign(1 - erf_tail(a), x);
    return x != x ? x : copysign(1.0, x);
}

SPECIAL special_erfc(double x) {
    double a = fabs(x);
    if (a < 0.84375) {
        double small = erf_small(x * x);
        return a < 0.25 ? 1 - (x + x * small) : 0.5 - (x * small + (x - 0.5));
    }
    if (a < 1.25) {
        double near = erf_near_one(a - 1);
        return x < 0 ? 1 + (ERF_ONE + near) : 1 - ERF_ONE - near;
    }
    if (a < 28) {
        double tail = erf_tail(a);
        return x < 0 ? 2 - tail : tail;
    }
    return x != x ? x : x < 0 ? 2.0 : 0.0;
}

// e^(x^2) erfc x.
SPECIAL special_erfcx(double x) {
    if (x < 2)
        return special_exp(x * x) * special_erfc(x);
    double fraction = x;
#pragma unroll 1
    for (int k = 120; k > 0; k--)
        fraction = x + k / 2.0 / fraction;
    return 1 / SQRT_PI / fraction;
}

// e^-(z^2) of z = x + rest, where the rest is some last places of x, with what rounding takes from the square.
__device__ __forceinline__ double special_gauss(double x, double rest) {
    double square = x * x;
    double e = special_exp(-square);
    return e == 0 ? 0 : e - e * __fma_rn(2 * x, rest, __fma_rn(x, x, -square));
}

constexpr double SQRT_HALF = 0.7071067811865476;
constexpr double SQRT_HALF_REST = -4.833646656726457e-17;    // what the rounded number lacks

// What rounding takes from x / sqrt(2).
__device__ __forceinline__ double root_rest(double x) {
    return __fma_rn(x, SQRT_HALF, -(x * SQRT_HALF)) + x * SQRT_HALF_REST;
}

// erfc(-x / sqrt(2)) / 2, with the slope of erfc for what rounding took from its argument.
__device__ __forceinline__ double normal_distribution(double x) {
    double z = x * SQRT_HALF;
    double e = special_gauss(z, 0);
    double complement = special_erfc(-z);
    return 0.5 * (e == 0 ? complement : complement + 2 / SQRT_PI * e * root_rest(x));
}

__device__ __forceinline__ double special_gelu(double x) {
    return x == -INFINITY ? -0.0 : x * normal_distribution(x);
}

__device__ __forceinline__ double special_gelu_derivative(double x) {
    double e = special_gauss(x * SQRT_HALF, root_rest(x));
    double phi = normal_distribution(x);
    return e == 0 ? phi : phi + x * 0.39894228040143267794 * e;
}

constexpr double SPECIAL_GELU_LINEAR = 1.5957691216057308;    // 2 sqrt(2 / pi)
constexpr double SPECIAL_GELU_CUBIC = 0.07135481627260025;    // that times 0.044715
constexpr double SPECIAL_GELU_SLOPE = 0.21406444881780073;    // and three times 0.044715

__device__ __forceinline__ double gelu_logistic(double x) {
    return 1 / (1 + special_exp(-x * __fma_rn(x * x, SPECIAL_GELU_CUBIC, SPECIAL_GELU_LINEAR)));
}

__device__ __forceinline__ double special_gelu_tanh_derivative(double x) {
    double s = gelu_logistic(x);
    double rest = gelu_logistic(-x);
    return s * rest == 0 ? s : s + x * s * rest * __fma_rn(x * x, SPECIAL_GELU_SLOPE, SPECIAL_GELU_LINEAR);
}

// ----------------------------------------------------------------------------------------------------------------------- normal quantile

// From the distance of the probability from one half and from the nearer of 0 and 1. The logarithm is a parameter: random numbers need one
// that is exactly specified.
template<class Log>
__device__ __forceinline__ double quantile(double q, double tail, Log log) {
    if (fabs(q) <= 0.425) {
        constexpr double p[] = {3.3871328727963666080e+0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
            4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3};
        constexpr double d[] = {1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
            2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3};
        double r = 0.180625 - q * q;
        return polynomial(p, r) * q / polynomial(d, r);
    }
    if (tail == 0)
        return q < 0 ? -INFINITY : INFINITY;
    double r = sqrt(-log(tail));
    double x;
    if (r <= 5) {
        constexpr double p[] = {1.42343711074968357734e+0, 4.63033784615654529590e+0, 5.76949722146069140550e+0,
            3.64784832476320460504e+0, 1.27045825245236838258e+0, 2.41780725177450611770e-1, 2.27238449892691845833e-2,
            7.74545014278341407640e-4};
        constexpr double d[] = {1.0, 2.05319162663775882187e+0, 1.67638483018380384940e+0, 6.89767334985100004550e-1,
            1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9};
        x = polynomial(p, r - 1.6) / polynomial(d, r - 1.6);
    } else {
        constexpr double p[] = {6.65790464350110377720e+0, 5.46378491116411436990e+0, 1.78482653991729133580e+0, 2.96560571828504891230e-1,
            2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7};
        constexpr double d[] = {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
            7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15};
        x = polynomial(p, r - 5) / polynomial(d, r - 5);
    }
    return q < 0 ? -x : x;
}

SPECIAL special_quantile(double q, double tail) {
    return quantile(q, tail, [](double x) { return special_log(x); });
}

__device__ __forceinline__ double special_ndtri(double u) {
    double q = u - 0.5;
    return special_quantile(q, q < 0 ? u : 1 - u);
}

__device__ __forceinline__ double special_erfinv(double y) {
    return special_quantile(0.5 * y, 0.5 * (1 - fabs(y))) / SQRT2;
}

// --------------------------------------------------------------------------------------------------------------------------------- gamma

// sum over k of c[k] / z^(2 k), k from 1.
template<int N>
__device__ __forceinline__ double inverse_squares(const double (&c)[N], double z) {
    double s = 1 / (z * z);
    double sum = 0;
#pragma unroll
    for (int k = N - 1; k >= 0; k--)
        sum = (sum + c[k]) * s;
    return sum;
}

// log gamma(2 + z) for |z| up to 1/2.
__device__ __forceinline__ double lgamma_near_two(double z) {
    constexpr double c[] = {0.3224670334241132, -0.0673523010531981, 0.020580808427784546, -0.007385551028673986, 0.0028905103307415234,
        -0.001192753911703261, 0.0005096695247430425, -0.00022315475845357939, 9.945751278180853e-05, -4.492623673813314e-05,
        2.050721277567069e-05, -9.439488275268397e-06, 4.374866789907488e-06, -2.039215753801366e-06, 9.55141213040742e-07,
        -4.492469198764566e-07, 2.1207184805554665e-07, -1.0043224823968099e-07, 4.7698101693639804e-08, -2.2711094608943164e-08,
        1.0838659214896955e-08, -5.183475041970047e-09, 2.4836745438024785e-09, -1.1921401405860912e-09, 5.731367241678862e-10,
        -2.7595228851242334e-10, 1.330476437424449e-10, -6.4229645638381e-11, 3.1044247747322276e-11};
    double sum = 0;
#pragma unroll
    for (int k = 28; k >= 0; k--)
        sum = (sum + c[k]) * z;
    return z * (0.42278433509846713940 + sum);
}

// log gamma(x) for x above 0.
__device__ __forceinline__ double lgamma_of_positive(double x) {
    if (x < 10) {
        double product = 1;
        double z = x;
#pragma unroll 1
        for (; z >= 2.5; z--)
            product *= z - 1;
        double near = lgamma_near_two(x < 0.5 ? x : x < 1.5 ? x - 1 : z - 2);
        if (x < 0.5)
            return near - special_log1p(x) - special_log(x);
        return x < 1.5 ? near - special_log1p(x - 1) : near + special_log(product);
    }
    constexpr double c[] = {1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156};
    double correction = 0.918938533204672741780 + inverse_squares(c, x) * x;
    double log = special_log(x);
    return x > 1e300 ? x * (log - 1) : (x - 0.5) * log - x + correction;
}

SPECIAL special_lgamma(double x) {
    if (x == INFINITY || x <= 0 && x == floor(x))
        return INFINITY;
    double positive = lgamma_of_positive(x < 0 ? 1 - x : x);
    return x < 0 ? special_log(PI / special_sin(PI * fabs(x - rint(x)))) - positive : positive;
}

__device__ __forceinline__ double digamma_of_positive(double x) {
    constexpr double c[] = {1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760, 1.0 / 12};
    if (!(x < 10))
        return x == INFINITY ? x : special_log(x) - 0.5 / x - inverse_squares(c, x);
    constexpr double root = 1.4616321449683622;
    double d = x - root - 9.549995429965697e-17;
    double sum = 0;
#pragma unroll 1
    for (int k = 9; k >= 0; k--)
        sum += d / (root + k) / (x + k);
    constexpr double z = root + 10;
    double log = special_log1p(d / z);
    double rest = 0;
    double power = 1;
#pragma unroll
    for (int k = 1; k <= 7; k++) {
        power /= z * z;
        rest += c[k - 1] * power * special_expm1(-2 * k * log);
    }
    return sum + (log + d / (2 * z * (z + d)) - rest);
}

SPECIAL special_digamma(double x) {
    if (x == 0)
        return copysign(INFINITY, -x);
    if (x < 0 && x == floor(x))
        return NAN;
    double positive = digamma_of_positive(x < 0 ? 1 - x : x);
    return x < 0 ? positive - PI / special_tan(PI * (x - rint(x))) : positive;
}

SPECIAL zeta_of_positive(int s, double x) {
    constexpr double bernoulli[] = {1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6, -3617.0 / 510};
    double sum = 0;
    double a = x;
    double power = special_pow(a, -s);
#pragma unroll 1
    for (; a < 10 + s; a++, power = special_pow(a, -s))
        sum += power;
    double factor = power * s / a / 2;
    double rest = 0;
#pragma unroll
    for (int k = 1; k <= 8; k++) {
        rest += bernoulli[k - 1] * factor;
        factor *= (s + 2 * k - 1.0) / (2 * k + 1) * (s + 2 * k) / (2 * k + 2) / (a * a);
    }
    return sum + special_pow(a, 1 - s) / (s - 1) + power / 2 + rest;
}

// The derivative of order n of the digamma function.
SPECIAL special_polygamma(int n, double x) {
    if (n == 0)
        return special_digamma(x);
    double factorial = 1;
#pragma unroll 1
    for (int k = 2; k <= n; k++)
        factorial *= k;
    int s = n + 1;
    double f = x - floor(x);
    double zeta = zeta_of_positive(s, x >= 0 ? x : f);
    if (!(x >= 0)) {
        double above = f == 0 ? 1.0 : ceil(x) - x;
        double below = zeta_of_positive(s, above) - zeta_of_positive(s, 1 - x);
        zeta += s % 2 == 0 ? below : -below;
    }
    return (n % 2 == 0 ? -factorial : factorial) * zeta;
}

// -------------------------------------------------------------------------------------------------------------------------------- Bessel

__device__ __forceinline__ double bessel_series(int n, double x) {
    double square = x * x / 4;
    double term = n == 0 ? 1.0 : x / 2;
    double sum = term;
#pragma unroll 1
    for (int k = 1; term > sum * 0x1p-55; k++) {
        term *= square / (k * (double) (k + n));
        sum += term;
    }
    return sum;
}

__device__ __forceinline__ double bessel_asymptotic(int n, double x) {
    double term = 1;
    double sum = 1;
#pragma unroll 1
    for (int k = 1; fabs(term) > 0x1p-55; k++) {
        term *= ((2.0 * k - 1) * (2 * k - 1) - 4.0 * n * n) / (8 * k * x);
        sum += term;
    }
    return sum / sqrt(2 * PI * x);
}

// I of order n at x >= 0, times e^-x if scaled.
SPECIAL bessel_i(int n, double x, bool scaled) {
    if (x <= 25) {
        double sum = bessel_series(n, x);
        return scaled ? special_exp(-x) * sum : sum;
    }
    if (!scaled && x == INFINITY)
        return x;
    double sum = bessel_asymptotic(n, x);
    if (scaled)
        return sum;
    double half = special_exp(x / 2);
    return half * (half * sum);
}

__device__ __forceinline__ double special_i0(double x) {
    return bessel_i(0, fabs(x), false);
}

__device__ __forceinline__ double special_i0e(double x) {
    return bessel_i(0, fabs(x), true);
}

__device__ __forceinline__ double special_i1(double x) {
    return copysign(1.0, x) * bessel_i(1, fabs(x), false);
}

__device__ __forceinline__ double special_i1e(double x) {
    return copysign(1.0, x) * bessel_i(1, fabs(x), true);
}
