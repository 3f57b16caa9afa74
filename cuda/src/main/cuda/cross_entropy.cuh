// Cross-entropy of rows of logits z against a class or a distribution t, with class weights w and label smoothing s, and its gradient:
//
//   loss = lse * sum(w t) - sum(w t z), lse = log(sum(exp(z))), t = (1 - s) * target + s / C
//   dz = dloss * (exp(z - lse) * sum(w t) - w t)
//
// A class with t = 0 adds nothing, whatever its logit. Floors: forward the logits (and probabilities) read once; backward they are read and
// dz is written. Sums over classes are kept in double, so that the difference above costs no digits; the logarithm is taken in the type of
// the logits, as it is small beside the largest logit.
#pragma once
#include <cmath>
#include "exponentials.cuh"
#include "reduction.cuh"

// Logits, probabilities, dz and weights by class; label, loss or dloss, lse and sum(w t) by row.
enum { Z, TARGET, DZ, WEIGHT, LABEL, LOSS, LSE, MASS, VIEWS };

// What the target of a row is: a class, or a distribution where there are no labels. Then the offset of TARGET is the number of the class.
template<class T>
struct Target {
    const T* probabilities;
    const T* weight;
    const int64_t* label;
    int64_t ignored;
    double smoothing;
    int classes;
    Fault* fault;
    int code;
    int k;           // the class; -1 for a distribution, -2 for a row that does not count

    __device__ Target(const T* probabilities, const T* weight, const int64_t* label, int64_t ignored, double smoothing, int classes,
        Fault* fault, int code)
        : probabilities(probabilities), weight(weight), label(label), ignored(ignored), smoothing(smoothing), classes(classes),
          fault(fault), code(code) {}
    __device__ __forceinline__ void open(const int (&at)[VIEWS]) {
        probabilities += probabilities ? at[TARGET] : 0;
        weight += weight ? at[WEIGHT] : 0;
        k = -1;
        if (label) {
            int64_t given = label[at[LABEL]];
            bool inside = given >= 0 && given < classes;
            k = given == ignored || !inside ? -2 : (int) given;
            if (given != ignored && !inside)
                report(fault, code, given, classes);
        }
    }
    // True if t may differ from 0 for other classes than that of the label.
    __device__ __forceinline__ bool spread() const { return smoothing != 0 || !label; }
    __device__ __forceinline__ T w(const int (&at)[VIEWS]) const { return weight ? weight[at[WEIGHT]] : 1; }
    // t, but for what only the class of the label has.
    __device__ __forceinline__ double t(const int (&at)[VIEWS]) const {
        double even = smoothing / classes;
        return label ? even : fma(1 - smoothing, (double) probabilities[at[TARGET]], even);
    }
    // w t of the class of the label beyond that.
    __device__ __forceinline__ double own(const Strided<VIEWS>& places) const {
        return k < 0 ? 0 : (1 - smoothing) * (weight ? weight[k * places.stride[WEIGHT][0]] : 1);
    }
};

template<class T>
struct Class {
    double mass;    // w t
    T z;
    bool counts;
};

template<class T>
struct LossState {
    Exponentials<T> exponentials;
    double mass;       // sum(w t), but for what only the class of the label has
    double product;    // sum(w t z), likewise

    __device__ __forceinline__ void aim(const Class<T>& a) {
        mass = a.counts ? mass + a.mass : mass;
        product = a.counts ? fma(a.mass, (double) a.z, product) : product;
    }
};

template<class T>
struct Loss : Fold<Loss<T>, LossState<T>, Class<T>> {
    using State = LossState<T>;
    using Item = Class<T>;
    const T* z;
    T* loss;
    T* lse;
    Target<T> target;
    const Strided<VIEWS>& places;

    __device__ Loss(const T* z, T* loss, T* lse, const Target<T>& target, const Strided<VIEWS>& places)
        : z(z), loss(loss), lse(lse), target(target), places(places) {}
    __device__ State start() const { return {{0, -(double) INFINITY}, 0, 0}; }
    __device__ void open(const int (&at)[VIEWS]) {
        z += at[Z];
        target.open(at);
    }
    __device__ Item load(const int (&at)[VIEWS], int) const {
        double t = target.spread() ? target.t(at) : 0;
        return {t == 0 ? 0 : target.w(at) * t, z[at[Z]], t != 0};
    }
    __device__ void add(State& s, const Item& a) const {
        s.exponentials.add(a.z);
        s.aim(a);
    }
    __device__ void add4(State& s, const Item& a, const Item& b, const Item& c, const Item& d) const {
        s.exponentials.add(a.z, b.z, c.z, d.z);
        if (target.spread()) {
            s.aim(a);
            s.aim(b);
            s.aim(c);
            s.aim(d);
        }
    }
    __device__ State merge(const State& a, const State& b) const {
        State both = {a.exponentials, a.mass + b.mass, a.product + b.product};
        both.exponentials.add(b.exponentials);
        return both;
    }
    __device__ void close(const State& s, const int (&at)[VIEWS]) const {
        double normalizer = s.exponentials.most + (double) log((T) s.exponentials.total());
        double own = target.own(places);
        double mass = s.mass + own;
        double product = own == 0 && target.smoothing == 1 || target.k < 0 ? s.product
            : fma(own, (double) z[target.k * places.stride[Z][0]], s.product);
        lse[at[LSE]] = (T) normalizer;
        loss[at[LOSS]] = target.k == -2 ? 0 : (T) (normalizer * mass - product);
    }
};

// sum(w t), but for what only the class of the label has.
template<class T>
struct Mass : Fold<Mass<T>, double, double> {
    T* mass;
    Target<T> target;

    __device__ Mass(T* mass, const Target<T>& target) : mass(mass), target(target) {}
    __device__ double start() const { return 0; }
    __device__ void open(const int (&at)[VIEWS]) { target.open(at); }
    __device__ double load(const int (&at)[VIEWS], int) const { return target.w(at) * target.t(at); }
    __device__ void add(double& sum, double a) const { sum += a; }
    __device__ double merge(double a, double b) const { return a + b; }
    __device__ void close(double sum, const int (&at)[VIEWS]) const { mass[at[MASS]] = (T) sum; }
};

template<class T>
struct Backward {
    using Item = Class<T>;
    const T* z;
    T* dz;
    const T* dloss;
    const T* lse;
    const T* mass;     // null where the smoothed part of sum(w t) is the smoothing itself
    Target<T> target;
    const Strided<VIEWS>& places;
    T scale;
    T normalizer;
    T all;
    T own;

    __device__ Backward(const T* z, T* dz, const T* dloss, const T* lse, const T* mass, const Target<T>& target,
        const Strided<VIEWS>& places)
        : z(z), dz(dz), dloss(dloss), lse(lse), mass(mass), target(target), places(places) {}
    __device__ void open(const int (&at)[VIEWS]) {
        z += at[Z];
        dz += at[DZ];
        target.open(at);
        scale = dloss[at[LOSS]];
        normalizer = lse[at[LSE]];
        own = (T) target.own(places);
        all = (T) ((mass ? mass[at[MASS]] : target.smoothing) + target.own(places));
    }
    __device__ Item load(const int (&at)[VIEWS]) const {
        double t = target.spread() ? target.t(at) : 0;
        return {t == 0 ? 0 : target.w(at) * t, z[at[Z]], target.k == at[TARGET]};
    }
    __device__ void store(const int (&at)[VIEWS], const Item& a) const {
        T aimed = (T) a.mass + (a.counts && target.label ? own : 0);
        dz[at[DZ]] = target.k == -2 ? 0 : scale * fma(exponential(a.z - normalizer), all, -aimed);
    }
};

#define WALK Strided<VIEWS> kept, Strided<VIEWS> places, int chunk
#define TARGETS(T)                                                                                                                     \
    const T *probabilities, const T *weight, const int64_t *label, int64_t ignored, double smoothing, int classes, Fault *fault, int code
#define TARGET_OF(T) Target<T> target(probabilities, weight, label, ignored, smoothing, classes, fault, code)

#define FOLDED(form, T, call)                                                                                                          \
    extern "C" __global__ void cross_entropy_loss_##form(WALK, Partial partial, TARGETS(T), const T* z, T* loss, T* lse) {             \
        TARGET_OF(T);                                                                                                                  \
        Loss<T> f(z, loss, lse, target, places);                                                                                       \
        call;                                                                                                                          \
    }                                                                                                                                  \
    extern "C" __global__ void cross_entropy_mass_##form(WALK, Partial partial, TARGETS(T), T* mass) {                                 \
        TARGET_OF(T);                                                                                                                  \
        Mass<T> f(mass, target);                                                                                                       \
        call;                                                                                                                          \
    }
#define MAPPED(form, T, map)                                                                                                           \
    extern "C" __global__ void cross_entropy_backward_##form(WALK, TARGETS(T), const T* z, T* dz, const T* dloss, const T* lse,        \
        const T* mass) {                                                                                                               \
        TARGET_OF(T);                                                                                                                  \
        map(Backward<T>(z, dz, dloss, lse, mass, target, places), kept, places, chunk);                                                \
    }
#define ALL_FORMS(name, T)                                                                                                             \
    FOLDED(name##_rows, T, fold_rows(f, kept, places, chunk, partial))                                                                 \
    FOLDED(name##_columns, T, fold_columns(f, kept, places, chunk, partial))                                                           \
    MAPPED(name##_rows, T, map_rows)                                                                                                   \
    MAPPED(name##_columns, T, map_columns)
