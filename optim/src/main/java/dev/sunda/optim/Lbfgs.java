package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Dims;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Supplier;

/// Limited-memory BFGS: a method of Newton's kind for losses over the whole data, whose curvature is learned from the last steps.
///
/// ```java
/// var optimizer = new Lbfgs(model.parameters(), Lbfgs.Options.DEFAULT.withStrongWolfe());
/// for (int epoch = 0; epoch < epochs; epoch++)
///     optimizer.step(() -> crossEntropy(model.forward(data), labels));
/// ```
///
/// One [#step] makes several iterations and asks for the loss again and again, so this is not an [Optimizer]. The direction of an iteration
/// is found from the last changes of the parameters `s` and of the gradient `y` by the two-loop recursion, its length is the learning
/// rate, or found by a line search, see [LineSearch]. All parameters are taken as one vector; frozen ones are left alone.
///
/// Formulas, defaults and conditions for stopping as PyTorch's `LBFGS`.
/// Source: Nocedal, Wright 2006, Numerical Optimization, algorithms 7.4 and 7.5. Belongs to one thread at a time.
public final class Lbfgs {
    private static final String DIRECTION = "d", GRADIENT = "prev_flat_grad", LENGTH = "t", LOSS = "prev_loss", SCALE = "H_diag",
            ITERATIONS = "n_iter", EVALUATIONS = "func_evals", CHANGES = "old_dirs.", STEPS = "old_stps.";

    private final List<Parameter> parameters;
    private final Options options;
    private double learningRate;
    private List<Pair> history = new ArrayList<>();                  // the newest last
    private Tensor direction;                                        // null before the first iteration
    private Tensor previousGradient;
    private double length;
    private double previousLoss;
    private double scale = 1;
    private long iterations;
    private long evaluations;

    /// @param options learning rate and conditions for stopping
    /// @throws IllegalArgumentException if there is no parameter, one appears twice, or types or devices differ
    public Lbfgs(List<Parameter> parameters, Options options) {
        Objects.requireNonNull(parameters, "Lbfgs: parameters is null; pass model.parameters()");
        parameters.forEach(parameter -> Objects.requireNonNull(parameter, "Lbfgs: a parameter is null"));
        Objects.requireNonNull(options, "Lbfgs: options is null; use Options.DEFAULT");
        this.parameters = List.copyOf(parameters);
        this.options = options;
        this.learningRate = options.learningRate;
        if (parameters.isEmpty())
            throw new IllegalArgumentException("Lbfgs: there is no parameter to train (got 0); pass model.parameters()");
        if (parameters.stream().distinct().count() < parameters.size())
            throw new IllegalArgumentException("Lbfgs: each parameter may appear once (got " + parameters.size() + ")");
        Tensor first = parameters.getFirst().data();
        for (Parameter parameter : parameters)
            if (parameter.dtype() != first.dtype() || !parameter.device().equals(first.device()))
                throw new IllegalArgumentException("Lbfgs: all parameters must have one type and device (got " + first.describe() + " on "
                        + first.device() + ", " + parameter.data().describe() + " on " + parameter.device() + ")");
    }

    /// The rate the next step uses.
    public double learningRate() {
        return learningRate;
    }

    /// Sets the rate for the steps to come.
    ///
    /// @param rate 0 or more
    public void setLearningRate(double rate) {
        Checks.notNegative("Lbfgs", "learning rate", rate);
        learningRate = rate;
    }

    /// How often the loss has been computed.
    public long evaluations() {
        return evaluations;
    }

    /// Lowers the loss by up to as many iterations as the options allow.
    ///
    /// @param loss computes it from the current values of the parameters; gradients are set to zero and computed here
    /// @return the loss before the step
    public double step(Supplier<Variable> loss) {
        Objects.requireNonNull(loss, "Lbfgs.step: loss is null");
        var run = new Run(loss);
        return run.iterate();
    }

    // ---------------------------------------------------------------------------------------------------------- one step

    /// What one iteration taught: the change of the gradient and that of the parameters, and one over their product.
    private record Pair(Tensor change, Tensor step, double inverse) {
        static Pair of(Tensor change, Tensor step) {
            return new Pair(StepScope.retain(change), StepScope.retain(step), 1 / dot(change, step));
        }
    }

    /// Loss and gradient at one place.
    record Point(double loss, Tensor gradient) {
    }

    /// What lives as long as one step.
    private final class Run {
        private final Supplier<Variable> closure;
        private long used;

        Run(Supplier<Variable> closure) {
            this.closure = closure;
        }

        double iterate() {
            Point at = evaluate();
            double first = at.loss;
            boolean done = largest(at.gradient) <= options.toleranceGradient;
            for (int n = 1; !done && n <= options.maxIterations; n++) {
                iterations++;
                turn(at.gradient);
                double before = at.loss;
                remember(at);
                length = iterations == 1 ? Math.min(1, 1 / at.gradient.abs().sum().item()) * learningRate : learningRate;
                double slope = dot(at.gradient, direction);
                if (slope > -options.toleranceChange)
                    break;
                at = move(at, slope, n == options.maxIterations);
                done = used >= options.maxEvaluations || largest(at.gradient) <= options.toleranceGradient
                        || largest(direction.mul(length)) <= options.toleranceChange
                        || Math.abs(at.loss - before) < options.toleranceChange;
            }
            return first;
        }

        /// Along the direction; without a line search the loss is not asked for again after the last iteration.
        private Point move(Point at, double slope, boolean last) {
            if (options.strongWolfe) {
                List<Tensor> start = parameters.stream().map(p -> p.data().copy()).toList();
                var search = new LineSearch(t -> {
                    shift(t);
                    Point point = evaluate();
                    restore(start);
                    return point;
                }, direction, options.maxEvaluations - used);
                LineSearch.Found found = search.from(at, length, slope);
                length = found.length();
                shift(length);
                return found.point();
            }
            shift(length);
            return last ? at : evaluate();
        }

        private Point evaluate() {
            for (Parameter parameter : parameters)
                parameter.zeroGrad();
            Variable loss = closure.get();
            loss.backward();
            used++;
            evaluations++;
            return new Point(loss.item(), gradient());
        }
    }

    /// The gradients of all parameters as one vector; zeros where there is none.
    private Tensor gradient() {
        return StepScope.retain(Tensor.cat(parameters.stream().map(p -> p.grad() == null || p.isFrozen()
                ? Tensor.zeros(Shape.of(p.shape().numel()), p.dtype(), p.device()) : p.grad().reshape(-1)).toList(), 0));
    }

    private void shift(double t) {
        int offset = 0;
        for (Parameter parameter : parameters) {
            int n = parameter.shape().numel();
            Tensor part = direction.narrow(0, offset, n).reshape(parameter.shape());
            if (!parameter.isFrozen())
                parameter.update(p -> p.copyFrom(p.add(part.mul(t))));
            offset += n;
        }
    }

    private void restore(List<Tensor> values) {
        for (int i = 0; i < values.size(); i++)
            parameters.get(i).set(values.get(i));
    }

    /// Sets the direction: downhill at first, then by the two loops through the history.
    private void turn(Tensor gradient) {
        if (iterations == 1) {
            direction = StepScope.retain(gradient.neg());
            return;
        }
        learn(gradient.sub(previousGradient), direction.mul(length));
        double[] shares = new double[history.size()];
        Tensor q = gradient.neg();
        for (int i = history.size() - 1; i >= 0; i--) {
            Pair pair = history.get(i);
            shares[i] = dot(pair.step, q) * pair.inverse;
            q = q.sub(pair.change.mul(shares[i]));
        }
        Tensor r = q.mul(scale);
        for (int i = 0; i < history.size(); i++) {
            Pair pair = history.get(i);
            r = r.add(pair.step.mul(shares[i] - dot(pair.change, r) * pair.inverse));
        }
        direction = StepScope.retain(r);
    }

    /// Takes one pair into the history, if the curvature along it is positive.
    private void learn(Tensor change, Tensor step) {
        double curvature = dot(change, step);
        if (!(curvature > 1e-10))
            return;
        if (history.size() == options.history)
            history.removeFirst();
        history.add(Pair.of(change, step));
        scale = curvature / dot(change, change);
    }

    private void remember(Point at) {
        previousGradient = at.gradient;
        previousLoss = at.loss;
    }

    static double dot(Tensor x, Tensor y) {
        return x.mul(y).sum().item();
    }

    static double largest(Tensor x) {
        return x.numel() == 0 ? 0 : x.abs().amax(Dims.all()).item();
    }

    // ---------------------------------------------------------------------------------------------------------- saving

    /// Everything that is needed to go on later, by PyTorch's names: numbers as float64, vectors as copies, the history as `old_dirs.0`,
    /// `old_stps.0` and so on. Before the first iteration only `n_iter` and `func_evals`.
    public Map<String, Tensor> stateDict() {
        var state = new LinkedHashMap<String, Tensor>();
        put(state, ITERATIONS, iterations);
        put(state, EVALUATIONS, evaluations);
        if (direction == null)
            return state;
        put(state, LENGTH, length);
        put(state, LOSS, previousLoss);
        put(state, SCALE, scale);
        state.put(DIRECTION, StepScope.retain(direction.copy()));
        state.put(GRADIENT, StepScope.retain(previousGradient.copy()));
        for (int i = 0; i < history.size(); i++) {
            state.put(CHANGES + i, StepScope.retain(history.get(i).change.copy()));
            state.put(STEPS + i, StepScope.retain(history.get(i).step.copy()));
        }
        return state;
    }

    private static void put(Map<String, Tensor> state, String name, double value) {
        state.put(name, StepScope.retain(Tensor.scalar(value, DType.F64, Device.CPU)));
    }

    /// Takes over what [#stateDict] gave, of the same parameters.
    ///
    /// @throws IllegalArgumentException if it was not made by that; nothing has changed then
    public void loadStateDict(Map<String, Tensor> state) {
        Checks.state("Lbfgs", state);
        var left = new TreeSet<>(state.keySet());
        double count = number(state, left, ITERATIONS);
        double asked = number(state, left, EVALUATIONS);
        var pairs = new ArrayList<Pair>();
        boolean begun = state.containsKey(DIRECTION);
        Tensor d = begun ? vector(state, left, DIRECTION) : null;
        Tensor g = begun ? vector(state, left, GRADIENT) : null;
        double[] numbers = {0, 0, 1};
        if (begun)
            numbers = new double[] {number(state, left, LENGTH), number(state, left, LOSS), number(state, left, SCALE)};
        while (state.containsKey(STEPS + pairs.size()))
            pairs.add(Pair.of(vector(state, left, CHANGES + pairs.size()), vector(state, left, STEPS + pairs.size())));
        if (!left.isEmpty())
            throw new IllegalArgumentException("Lbfgs: the saved state does not belong to this optimizer, unknown: "
                    + String.join(", ", left) + "; it must come from stateDict()");
        iterations = (long) count;
        evaluations = (long) asked;
        direction = d;
        previousGradient = g;
        length = numbers[0];
        previousLoss = numbers[1];
        scale = numbers[2];
        history = pairs;
    }

    private static double number(Map<String, Tensor> state, TreeSet<String> left, String name) {
        return taken(state, left, name, Shape.SCALAR).item();
    }

    private Tensor vector(Map<String, Tensor> state, TreeSet<String> left, String name) {
        int n = parameters.stream().mapToInt(p -> p.shape().numel()).sum();
        Parameter first = parameters.getFirst();
        return StepScope.retain(taken(state, left, name, Shape.of(n)).to(first.dtype()).to(first.device()).copy());
    }

    private static Tensor taken(Map<String, Tensor> state, TreeSet<String> left, String name, Shape shape) {
        Tensor x = state.get(name);
        if (x == null || !x.shape().equals(shape))
            throw new IllegalArgumentException("Lbfgs: the saved state needs " + name + " of shape " + shape + " (got "
                    + (x == null ? "nothing" : x.shape().toString()) + "); it must come from stateDict()");
        left.remove(name);
        return x;
    }

    /// @param learningRate length of a step in units of the direction, 0 or more, often 1
    /// @param maxIterations iterations of a step, at least 1
    /// @param maxEvaluations how often a step may compute the loss, at least 1
    /// @param toleranceGradient a largest element of the gradient that is small enough, 0 or more
    /// @param toleranceChange a change of the loss or of the parameters that is not worth more, 0 or more
    /// @param history how many changes are remembered, at least 1
    /// @param strongWolfe whether to search along the direction until the strong Wolfe conditions hold
    public record Options(double learningRate, int maxIterations, int maxEvaluations, double toleranceGradient, double toleranceChange,
            int history, boolean strongWolfe) {
        /// Rate 1, 20 iterations, 25 evaluations, tolerances 1e-7 and 1e-9, 100 changes remembered, no line search.
        public static final Options DEFAULT = new Options(1, 20, 25, 1e-7, 1e-9, 100, false);

        /// Checks the ranges.
        public Options {
            Checks.notNegative("Lbfgs", "learning rate", learningRate);
            Checks.positive("Lbfgs", "maxIterations", maxIterations);
            Checks.positive("Lbfgs", "maxEvaluations", maxEvaluations);
            Checks.notNegative("Lbfgs", "toleranceGradient", toleranceGradient);
            Checks.notNegative("Lbfgs", "toleranceChange", toleranceChange);
            Checks.positive("Lbfgs", "history", history);
        }

        /// The same with another learning rate.
        public Options withLearningRate(double learningRate) {
            return new Options(learningRate, maxIterations, maxEvaluations, toleranceGradient, toleranceChange, history, strongWolfe);
        }

        /// The same with a line search.
        public Options withStrongWolfe() {
            return new Options(learningRate, maxIterations, maxEvaluations, toleranceGradient, toleranceChange, history, true);
        }

        /// The same with another number of iterations.
        public Options withMaxIterations(int maxIterations) {
            return new Options(learningRate, maxIterations, maxEvaluations, toleranceGradient, toleranceChange, history, strongWolfe);
        }

        /// The same with another number of evaluations.
        public Options withMaxEvaluations(int maxEvaluations) {
            return new Options(learningRate, maxIterations, maxEvaluations, toleranceGradient, toleranceChange, history, strongWolfe);
        }

        /// The same with another tolerance of the gradient.
        public Options withToleranceGradient(double toleranceGradient) {
            return new Options(learningRate, maxIterations, maxEvaluations, toleranceGradient, toleranceChange, history, strongWolfe);
        }

        /// The same with another tolerance of changes.
        public Options withToleranceChange(double toleranceChange) {
            return new Options(learningRate, maxIterations, maxEvaluations, toleranceGradient, toleranceChange, history, strongWolfe);
        }

        /// The same with another number of changes remembered.
        public Options withHistory(int history) {
            return new Options(learningRate, maxIterations, maxEvaluations, toleranceGradient, toleranceChange, history, strongWolfe);
        }
    }
}
