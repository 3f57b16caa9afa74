package dev.sunda.autograd;

import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/// Finds the first operation that gives NaN or infinity, forward or backward, and says where it was called.
///
/// ```java
/// AnomalyMode.detect(AnomalyMode.Find.NAN, () -> {
///     Variable loss = model.forward(x).sub(target).square().mean();
///     loss.backward();
/// });           // sqrt: the gradient of input 0 is NaN at 1 of 6 elements (got float32 [2, 3]), called at Model.java:42
/// ```
///
/// For looking for mistakes: every result is read once more, and every operation remembers its place. The mode is bound to a call and a
/// thread. An operation that was called outside has no place, but its gradient is looked at all the same.
public final class AnomalyMode {
    private static final ScopedValue<Find> FIND = ScopedValue.newInstance();
    private static final Set<String> OURS = Set.of("dev.sunda.autograd", "dev.sunda.nn", "dev.sunda.nn.functional", "dev.sunda.optim",
            "dev.sunda.core");

    private AnomalyMode() {
    }

    /// What counts as an anomaly.
    public enum Find {
        /// NaN only: infinite numbers may be meant, for example in a mask.
        NAN,
        /// NaN and infinite numbers.
        NOT_FINITE,
        /// Nothing: suspends the mode for a part of a computation.
        NOTHING
    }

    /// Runs a computation and stops it at the first anomaly.
    ///
    /// @throws AnomalyException naming the operation and where it was called
    public static <T> T detect(Find find, Supplier<T> computation) {
        Objects.requireNonNull(find, "AnomalyMode.detect: find is null; use Find.NAN, NOT_FINITE or NOTHING");
        Objects.requireNonNull(computation, "AnomalyMode.detect: computation is null");
        return ScopedValue.where(FIND, find).call(computation::get);
    }

    /// Runs a computation and stops it at the first anomaly.
    ///
    /// @throws AnomalyException naming the operation and where it was called
    public static void detect(Find find, Runnable computation) {
        Objects.requireNonNull(find, "AnomalyMode.detect: find is null; use Find.NAN, NOT_FINITE or NOTHING");
        Objects.requireNonNull(computation, "AnomalyMode.detect: computation is null");
        ScopedValue.where(FIND, find).run(computation);
    }

    private static Find find() {
        return FIND.isBound() ? FIND.get() : Find.NOTHING;
    }

    /// The innermost place in the user's code, null when nobody looks for anomalies.
    static String place() {
        if (find() == Find.NOTHING)
            return null;
        return StackWalker.getInstance(StackWalker.Option.RETAIN_CLASS_REFERENCE).walk(frames -> frames
                .filter(f -> !OURS.contains(f.getDeclaringClass().getPackageName()) && !f.getClassName().startsWith("java."))
                .findFirst().map(f -> f.getFileName() + ":" + f.getLineNumber()).orElse("unknown"));
    }

    /// Runs a rule, whose own operations are not what the user called.
    static <T> T pause(Supplier<T> rule) {
        return find() == Find.NOTHING ? rule.get() : detect(Find.NOTHING, rule);
    }

    static void checkResult(String name, Tensor value, List<Variable> inputs) {
        if (find() == Find.NOTHING || count(value) == 0)
            return;
        var note = new StringBuilder();
        for (int i = 0; i < inputs.size(); i++)
            if (count(inputs.get(i).data()) > 0)
                note.append("; input ").append(i).append(" was ").append(what()).append(" before");
        throw new AnomalyException(message(name, "the result", value, place()) + note);
    }

    static void checkGradients(Node node, Variable dy, List<Variable> gradients, boolean[] needed) {
        if (find() == Find.NOTHING)
            return;
        for (int i = 0; i < needed.length; i++) {
            if (!needed[i] || gradients.get(i) == null || count(gradients.get(i).data()) == 0)
                continue;
            String note = count(dy.data()) > 0 ? "; the gradient of its result was " + what() + " before" : "";
            throw new AnomalyException(
                    message(node.toString(), "the gradient of input " + i, gradients.get(i).data(), node.place()) + note);
        }
    }

    private static String message(String name, String where, Tensor value, String place) {
        return name + ": " + where + " is " + what() + " at " + count(value) + " of " + value.numel() + " elements (got " + value.describe()
                + "), called " + (place == null ? "outside this mode" : "at " + place);
    }

    private static String what() {
        return find() == Find.NAN ? "NaN" : "not finite";
    }

    /// The number of anomalies: what differs from itself or, minus itself, from zero.
    private static long count(Tensor x) {
        if (!x.dtype().isFloating())
            return 0;
        Tensor anomalies = find() == Find.NAN ? x.ne(x) : x.sub(x).ne(0);
        return (long) anomalies.to(DType.I64).sum().item();
    }
}
