package dev.sunda.optim;

import dev.sunda.autograd.Parameter;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.kernel.OptimizerKernels;
import dev.sunda.core.kernel.OptimizerKernels.Change;
import dev.sunda.core.op.Formula;
import dev.sunda.core.op.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Adam whose step is scaled, for each parameter as a whole, to the length of the parameter: for very large batches. With `m` and `v` as in
/// [Adam], `r = m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps) + weightDecay * p` and
/// `p = p - learningRate * |p| / |r| * r`; the ratio counts as 1 where either length is 0.
///
/// State: `exp_avg` (`m`) and `exp_avg_sq` (`v`). Source: You et al. 2019, arXiv:1904.00962.
public final class Lamb extends ElementwiseOptimizer<AdamOptions> {
    /// Betas 0.9 and 0.999, eps 1e-6, weight decay 0.01.
    public static final AdamOptions DEFAULT = new AdamOptions(0.9, 0.999, 1e-6, 0.01, false, false);

    private static final Term DIRECTION = Term.tensor(1), RATIO = Term.tensor(2);

    /// Lamb with its usual options.
    ///
    /// @param learningRate 0 or more, often 0.001
    public Lamb(List<Parameter> parameters, double learningRate) {
        this(parameters, learningRate, DEFAULT);
    }

    /// @param learningRate 0 or more, often 0.001
    public Lamb(List<Parameter> parameters, double learningRate, AdamOptions options) {
        this(List.of(new ParameterGroup<>(parameters, learningRate, options)));
    }

    /// Groups of parameters with options of their own.
    ///
    /// @throws IllegalArgumentException if a group asks for AMSGrad, which Lamb does not know
    public Lamb(List<ParameterGroup<AdamOptions>> groups) {
        super(groups);
        groups.forEach(Lamb::check);
    }

    private static void check(ParameterGroup<AdamOptions> group) {
        if (group.options().amsgrad())
            throw new IllegalArgumentException("Lamb: there is no AMSGrad form (got amsgrad true); use Adam or AdamW");
    }

    @Override
    public void addGroup(ParameterGroup<AdamOptions> group) {
        Objects.requireNonNull(group, "Lamb.addGroup: group is null");
        check(group);
        super.addGroup(group);
    }

    @Override
    protected List<String> buffers(int group) {
        return List.of("exp_avg", "exp_avg_sq");
    }

    @Override
    protected double madeWithMomentum(int group) {
        return options(group).beta1();
    }

    @Override
    protected void update(List<Turn> turns) {
        try (var _ = StepScope.open()) {
            var directions = new ArrayList<Change<Formula>>();
            for (Turn turn : turns)
                directions.add(Change.of(formula(turn.group(), turn.step(), turn.state()), turn.parameter().data(), turn.gradient(),
                        turn.state().get(0), turn.state().get(1), Tensor.emptyLike(turn.parameter().data())));
            OptimizerKernels.formulas(directions);
            var moves = new ArrayList<Change<Formula>>();
            for (int i = 0; i < turns.size(); i++)
                moves.add(move(turns.get(i), directions.get(i).tensors().getLast()));
            OptimizerKernels.formulas(moves);
        }
    }

    private Change<Formula> move(Turn turn, Tensor direction) {
        Tensor p = turn.parameter().data();
        var move = new Formula().assign(0, P.sub(DIRECTION.mul(RATIO).mul(learningRate(turn.group()))));
        return Change.of(move, p, direction, ratio(norm(p), norm(direction)).expand(p.shape()));
    }

    /// `m`, `v` and the direction `r`; the parameter stays as it is.
    @Override
    protected Formula formula(int group, long step, List<Tensor> state) {
        AdamOptions o = options(group);
        double beta1 = momentum(group);
        Term g = slope(o.maximize());
        Term mean = kept(0).lerp(g, 1 - beta1);
        Term square = kept(1).mul(o.beta2()).add(g.square().mul(1 - o.beta2()));
        Term size = square.sqrt().mul(1 / Math.sqrt(1 - StrictMath.pow(o.beta2(), step))).add(o.eps());
        Term direction = decayed(mean.mul(1 / (1 - StrictMath.pow(beta1, step))).div(size), o.weightDecay());
        return new Formula().assign(number(0), mean).assign(number(1), square).assign(number(2), direction);
    }

    private static Tensor norm(Tensor x) {
        return x.square().sum().sqrt();
    }

    private static Tensor ratio(Tensor parameter, Tensor direction) {
        Tensor one = Tensor.ones(parameter.shape(), parameter.dtype(), parameter.device());
        return parameter.div(direction).where(parameter.gt(0).logicalAnd(direction.gt(0)), one);
    }
}
