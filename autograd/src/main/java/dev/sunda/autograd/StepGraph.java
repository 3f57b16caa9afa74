package dev.sunda.autograd;

import dev.sunda.core.Backends;
import dev.sunda.core.Rng;
import dev.sunda.core.RngLog;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.spi.Backend;
import dev.sunda.core.spi.Recording;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Layout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/// A training step without its optimizer, recorded once and then run as a whole: what a GPU needs for small networks, whose kernels are
/// shorter than the time it takes to ask for them.
///
/// ```java
/// try (var step = new StepGraph(model.parameters(), inputs -> {
///     Variable loss = loss(model.forward(Variable.of(inputs.get(0))), inputs.get(1));
///     loss.backward();
///     return loss.data();
/// })) {
///     for (Batch batch : loader.epoch(0)) {
///         Tensor loss = step.run(batch.input(), batch.target());
///         optimizer.step();
///     }
/// }
/// ```
///
/// Results are those of the function itself, bit for bit. The first two calls with inputs of certain shapes run it; the third records it,
/// and later ones only copy their inputs to where the recording reads them. Inputs of other shapes, types or memory order, such as the
/// smaller batch at the end of an epoch, have a recording of their own; the eight used last are kept.
///
/// More than eight kinds of inputs that come in turn, such as sentences of any length, push one another out: each is then run twice and
/// recorded anew, again and again, which takes longer than running the function. Bring such inputs to a few sizes, for example by padding
/// them to the next of eight lengths, or leave the step graph out.
///
/// On devices that cannot record, and where the function does what cannot be recorded (it reads a result), every call runs the function.
/// Random numbers go on from call to call as they would without. What the function changes besides tensors (counters, lists) changes only
/// when it is run, and what it decides by (a layer's mode) is decided when it is recorded. Tensors that it uses besides its inputs and the
/// parameters are those it used then; if one of them is recycled by a step scope, the function is run from then on.
///
/// Gradients are those of one call: each call begins without any. The result and the gradients stay valid until the next call.
/// For use by one thread. A step that nobody closes gives its memory back when the garbage collector has found it and its tensors.
public final class StepGraph implements AutoCloseable {
    private static final int WARM_UP = 2;
    private static final int MOST_RECORDINGS = 8;
    /// Kinds of inputs whose calls are counted: sentences may come in any length.
    private static final int MOST_KINDS = 64;

    private final List<Parameter> parameters;
    private final Function<List<Tensor>, Tensor> step;
    // In both the one not used for the longest time comes first.
    private final Map<Key, Recorded> recordings = new LinkedHashMap<>(16, 0.75f, true);
    private final LinkedHashMap<Key, Integer> calls = new LinkedHashMap<>(16, 0.75f, true);
    private String eager;

    /// What decides whether a recording fits.
    ///
    /// @param layouts shapes and memory orders
    private record Key(Device device, List<Layout> layouts, List<DType> types) {
        static Key of(List<Tensor> inputs) {
            return new Key(inputs.getFirst().device(), inputs.stream().map(x -> Layout.dense(x.shape(), x.layout().order())).toList(),
                    inputs.stream().map(Tensor::dtype).toList());
        }
    }

    /// @param rngs the streams that the function draws from, with their places before and how many numbers it takes
    /// @param values of the parameters: one that has been moved elsewhere since has others
    private record Recorded(Recording recording, List<Tensor> inputs, Tensor result, List<Tensor> values, List<Tensor> gradients,
            Map<Rng, Draws> rngs) {
    }

    private record Draws(long start, long count) {
    }

    /// @param parameters those whose gradients the function computes
    /// @param step gets the inputs of a call, runs forwards and backwards, and returns what the caller wants to know, such as the loss
    public StepGraph(List<Parameter> parameters, Function<List<Tensor>, Tensor> step) {
        Objects.requireNonNull(parameters, "StepGraph: parameters is null; pass model.parameters()");
        Objects.requireNonNull(step, "StepGraph: step is null");
        parameters.forEach(parameter -> Objects.requireNonNull(parameter, "StepGraph: a parameter is null"));
        this.parameters = List.copyOf(parameters);
        this.step = step;
    }

    /// One step.
    ///
    /// @param inputs at least one; all on one device
    /// @return what the function returned
    public Tensor run(Tensor... inputs) {
        if (inputs.length == 0)
            throw new IllegalArgumentException("StepGraph: needs at least one input (got 0)");
        List<Tensor> given = List.of(inputs);
        Key key = Key.of(given);
        Recorded recorded = usable(key);
        if (recorded == null && isDue(key))
            recorded = recorded(key, given);
        return recorded == null ? run(given) : replay(recorded, given);
    }

    /// Why every call runs the function, or null while recordings are made or may still be.
    public String eagerBecause() {
        return eager;
    }

    /// The recording for inputs of this kind; null if there is none, or if what it reads is not there any more.
    private Recorded usable(Key key) {
        Recorded recorded = recordings.get(key);
        if (recorded == null)
            return null;
        String spoiled = recorded.recording().spoiledBecause();
        if (spoiled != null)
            eager = "the function uses a tensor that does not last, so its next call may use another one: " + spoiled
                    + ", or make it an input of the step";
        else if (recorded.values().equals(values()))
            return recorded;
        recordings.remove(key).recording().close();
        return null;
    }

    private List<Tensor> values() {
        return parameters.stream().map(Parameter::data).toList();
    }

    private boolean isDue(Key key) {
        if (eager == null && !Backends.of(key.device()).canRecord())
            eager = key.device() + " does not record";
        if (eager != null)
            return false;
        int count = calls.merge(key, 1, Integer::sum);
        if (calls.size() > MOST_KINDS)
            calls.pollFirstEntry();
        return count > WARM_UP;
    }

    private Tensor run(List<Tensor> inputs) {
        parameters.forEach(Parameter::zeroGrad);
        return step.apply(inputs);
    }

    /// Records the step; null if that is not possible.
    private Recorded recorded(Key key, List<Tensor> given) {
        Backend backend = Backends.of(key.device());
        var log = new RngLog();
        var inputs = new ArrayList<Tensor>();
        var result = new Tensor[1];
        Recording recording;
        try {
            var made = new Recording[1];
            StepScope.apart(() -> {
                given.forEach(x -> inputs.add(Tensor.emptyLike(x)));
                made[0] = backend.record(() -> log.record(() -> result[0] = run(inputs)));
            });
            recording = made[0];
        } catch (RuntimeException notRecorded) {
            log.starts().forEach(Rng::seek);
            eager = notRecorded.getMessage() == null ? notRecorded.toString() : notRecorded.getMessage();
            return null;
        }
        var draws = new LinkedHashMap<Rng, Draws>();
        log.starts().forEach((rng, start) -> draws.put(rng, new Draws(start, rng.position() - start)));
        log.starts().forEach(Rng::seek);                             // nothing has been drawn: recording is not running
        var entry = new Recorded(recording, inputs, result[0], values(), gradients(), draws);
        recordings.put(key, entry);
        if (recordings.size() > MOST_RECORDINGS) {
            Key oldest = recordings.keySet().iterator().next();
            recordings.remove(oldest).recording().close();
            calls.remove(oldest);
        }
        return entry;
    }

    private List<Tensor> gradients() {
        var gradients = new ArrayList<Tensor>();
        parameters.forEach(p -> gradients.add(p.grad()));            // null where the step computes none
        return gradients;
    }

    private Tensor replay(Recorded recorded, List<Tensor> given) {
        for (int i = 0; i < given.size(); i++)
            recorded.inputs().get(i).copyFrom(given.get(i));
        var drawn = new HashMap<Long, Long>();
        recorded.rngs().forEach((rng, draws) -> {
            drawn.put(rng.key(), rng.position() - draws.start());
            rng.seek(rng.position() + draws.count());
        });
        recorded.recording().replay(drawn);
        for (int i = 0; i < parameters.size(); i++)
            parameters.get(i).setGrad(recorded.gradients().get(i));
        return recorded.result();
    }

    /// Gives the memory of all recordings back; their results and gradients must not be used any more.
    @Override
    public void close() {
        parameters.forEach(Parameter::zeroGrad);
        recordings.values().forEach(recorded -> recorded.recording().close());
        recordings.clear();
    }
}
