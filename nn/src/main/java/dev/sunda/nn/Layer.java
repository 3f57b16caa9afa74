package dev.sunda.nn;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.HookHandle;
import dev.sunda.autograd.Parameter;
import dev.sunda.autograd.Variable;
import dev.sunda.core.Rng;
import dev.sunda.core.StepScope;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Window;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import dev.sunda.core.type.ShapeException;
import dev.sunda.core.type.SundaException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// A function with state: parameters that are trained, buffers that are not, child layers, and a training mode.
///
/// A layer of one's own registers what it holds where it creates it, and overrides [#compute]:
///
/// ```java
/// public final class Block extends Layer {
///     private final Linear fc1, fc2;
///
///     public Block(int width, int hidden, Rng rng) {
///         fc1 = child("fc1", new Linear(width, hidden, rng));
///         fc2 = child("fc2", new Linear(hidden, width, rng));
///     }
///     @Override protected Variable compute(Variable x) { return x.add(fc2.forward(fc1.forward(x).relu())); }
/// }
/// ```
///
/// Layers are *called* with [#forward] and *written* with [#compute]. `forward` cannot be overridden, because it adds to every call what no
/// layer should have to remember: errors say in which layer they arose, also when a layer calls its children by hand
/// (`in encoder.2.fc1 Linear(784 -> 512): matmul: left has ...`), and [ModelSummary] sees the calls.
///
/// Names join with dots to paths, `encoder.2.fc1.weight`; everything is listed in the order of registration, own parameters first, then own
/// buffers, then children, as in PyTorch. Not for use by several threads at once.
public abstract class Layer {
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final Map<String, Buffer> buffers = new LinkedHashMap<>();
    private final Map<String, Rng> randomStates = new LinkedHashMap<>();
    private final Map<String, Layer> children = new LinkedHashMap<>();
    private Parametrizations.Named parametrizations;                 // null if there are none
    private final List<UnaryOperator<Variable>> inputHooks = new ArrayList<>();
    private final List<BinaryOperator<Variable>> resultHooks = new ArrayList<>();
    private boolean training = true;

    /// A layer in training mode that holds nothing yet.
    protected Layer() {
    }

    // ---------------------------------------------------------------------------------------------------------- computing

    /// What the layer computes. Called by [#forward]; other layers are called with their `forward`.
    protected abstract Variable compute(Variable x);

    /// Applies the layer.
    ///
    /// @throws SundaException with the layer's path and description, if shapes, types or devices do not fit
    public final Variable forward(Variable x) {
        return call(x, this::compute);
    }

    /// A call of this layer that computes something else than [#compute] would, for layers with several inputs: their errors then name
    /// them, hooks are called and [ModelSummary] sees them as usual.
    ///
    /// ```java
    /// public Variable forward(Variable source, Variable target) {
    ///     return call(source, x -> decoder.forward(target, encoder.forward(x)));
    /// }
    /// ```
    ///
    /// @param x the input that hooks see
    /// @param computation from that input to the result
    protected final Variable call(Variable x, UnaryOperator<Variable> computation) {
        CallStack calls = CallStack.ofThisThread();
        Layer caller = calls.enter(this);
        try {
            if (x == null)
                throw new IllegalArgumentException(describe() + ": the input is null");
            Variable y = hasHooks() ? hooked(x, computation) : computation.apply(x);
            if (y == null)
                throw new IllegalStateException(describe() + ": the result is null; compute must return a Variable");
            calls.report(this, x.shape(), y.shape());
            return y;
        } catch (SundaException e) {
            throw e.in(located(caller, e.path()));
        } finally {
            calls.leave(caller);
        }
    }

    private Variable hooked(Variable input, UnaryOperator<Variable> computation) {
        Variable x = input;
        for (var hook : List.copyOf(inputHooks))
            x = Objects.requireNonNullElse(hook.apply(x), x);
        Variable y = computation.apply(x);
        for (var hook : List.copyOf(resultHooks))
            y = Objects.requireNonNullElse(hook.apply(x, y), y);
        return y;
    }

    /// Applies the layer to a constant.
    public final Variable forward(Tensor x) {
        return forward(Variable.of(x));
    }

    /// The path of an error as seen from `caller`: this layer's name in front of the path from here on, which an error from an inner layer
    /// brings along and any other one gets from the layer's description.
    private String located(Layer caller, String inner) {
        String name = caller == null ? "" : caller.nameOf(this);
        if (inner.isEmpty())
            return name.isEmpty() ? describe() : name + " " + describe();
        return name.isEmpty() ? inner : name + "." + inner;
    }

    /// The path of a layer below this one, empty if it is not registered here.
    String nameOf(Layer layer) {
        for (var entry : namedLayers().entrySet())
            if (entry.getValue() == layer)
                return entry.getKey();
        return "";
    }

    // ---------------------------------------------------------------------------------------------------------- hooks

    /// Calls a function with the input of every call of this layer. What it returns takes the input's place; null leaves it.
    ///
    /// @return takes the function away again
    public final HookHandle beforeForward(UnaryOperator<Variable> hook) {
        Objects.requireNonNull(hook, "Layer.beforeForward: hook is null");
        UnaryOperator<Variable> own = x -> hook.apply(x);            // an object of its own, if one hook is added twice
        inputHooks.add(own);
        return () -> inputHooks.remove(own);
    }

    /// Calls a function with the input and the result of every call of this layer. What it returns takes the result's place; null leaves
    /// it. A layer with hooks is not computed together with its neighbours in a [Sequential], so that each result is there to be seen.
    ///
    /// @return takes the function away again
    public final HookHandle afterForward(BinaryOperator<Variable> hook) {
        Objects.requireNonNull(hook, "Layer.afterForward: hook is null");
        BinaryOperator<Variable> own = (x, y) -> hook.apply(x, y);
        resultHooks.add(own);
        return () -> resultHooks.remove(own);
    }

    final boolean hasHooks() {
        return !inputHooks.isEmpty() || !resultHooks.isEmpty();
    }

    // ---------------------------------------------------------------------------------------------------------- registration

    /// Registers a layer this one uses.
    ///
    /// @param name without dots, not used before
    /// @return the layer
    protected final <L extends Layer> L child(String name, L layer) {
        checkName(name);
        checkContains(name, layer);
        children.put(name, layer);
        return layer;
    }

    private void checkContains(String name, Layer layer) {
        if (layer == null)
            throw new IllegalArgumentException(
                    getClass().getSimpleName() + ": layer '" + name + "' is null; leave it out, or use Identity");
        if (layer == this || layer.namedLayers().containsValue(this))
            throw new IllegalArgumentException(getClass().getSimpleName() + ": layer '" + name + "' contains this layer");
    }

    /// Registers something to be trained.
    ///
    /// @param name without dots, not used before
    /// @param value initial value, of a floating type; the parameter takes it over
    protected final Parameter parameter(String name, Tensor value) {
        checkName(name);
        var parameter = new Parameter(value);
        parameters.put(name, parameter);
        return parameter;
    }

    /// Registers numbers that belong to the layer's state but are not trained, for example running statistics.
    ///
    /// @param name without dots, not used before
    /// @param value initial value; the buffer takes it over
    protected final Buffer buffer(String name, Tensor value) {
        checkName(name);
        var buffer = new Buffer(value);
        buffers.put(name, buffer);
        return buffer;
    }

    /// Registers a stream of random numbers, so that its position can be saved and an interrupted run goes on with the same bits.
    ///
    /// @param name without dots, not used before
    /// @return the stream
    protected final Rng randomState(String name, Rng rng) {
        checkName(name);
        randomStates.put(name, rng);
        return rng;
    }

    /// Registers a parameter that exists already.
    final void adopt(String name, Parameter parameter) {
        checkName(name);
        parameters.put(name, parameter);
    }

    /// Puts another layer in the place of one registered with [#child], for example a new head on a trained network. It keeps the name and
    /// its place in the order. Make optimizers afterwards: parameters change.
    ///
    /// @return the layer
    /// @throws IllegalArgumentException if no layer has this name
    protected final <L extends Layer> L replaceChild(String name, L layer) {
        if (!children.containsKey(name))
            throw new IllegalArgumentException(getClass().getSimpleName() + ": there is no layer '" + name + "' to replace; there are "
                    + children.keySet() + ", and child(name, layer) adds one");
        checkContains(name, layer);
        children.put(name, layer);
        return layer;
    }

    /// Undoes [#child].
    final void forget(String name) {
        children.remove(name);
    }

    private void checkName(String name) {
        if (name.isEmpty() || name.contains("."))
            throw new IllegalArgumentException(
                    getClass().getSimpleName() + ": a name must not be empty or contain a dot (got '" + name + "')");
        if (parameters.containsKey(name) || buffers.containsKey(name) || randomStates.containsKey(name) || children.containsKey(name))
            throw new IllegalArgumentException(getClass().getSimpleName() + ": the name '" + name + "' is used twice");
    }

    // ---------------------------------------------------------------------------------------------------------- parametrisation

    /// A parameter as it is to be used in this call: itself, what its parametrisation computes, or what [#functionalCall] puts in its
    /// place. To be asked once a call; null for null.
    protected final Variable current(Parameter parameter) {
        if (parameter == null)
            return null;
        return parametrizations == null ? Substitution.of(parameter) : parametrizations.valueOf(parameter);
    }

    /// Makes a call in which other variables stand in for parameters; the layer itself does not change. Gradients flow into the variables
    /// and on to what they were computed from, so that a step of an optimizer can be differentiated, as in meta-learning:
    ///
    /// ```java
    /// var parameters = model.namedParameters();
    /// var gradients = Variable.gradients(mseLoss(model.forward(x), y), List.copyOf(parameters.values()), true).iterator();
    /// var stepped = new LinkedHashMap<String, Variable>();
    /// parameters.forEach((name, p) -> stepped.put(name, p.sub(gradients.next(), rate)));
    /// Variable loss = mseLoss(model.functionalCall(stepped, () -> model.forward(x2)), y2);
    /// ```
    ///
    /// All layers of this module take part, and layers of one's own that read their parameters with [#current]. Buffers stay the layer's.
    ///
    /// @param values by the paths of parameters, each of its parameter's shape; parameters that are not named stand for themselves
    /// @param call computes with this layer, on the calling thread
    /// @throws IllegalArgumentException if there is no parameter of a name, or two names of a shared one have different variables
    /// @throws ShapeException if a shape differs
    /// @throws IllegalStateException if a parameter was not read, so that what was given for it had no effect
    public final <T> T functionalCall(Map<String, ? extends Variable> values, Supplier<T> call) {
        Objects.requireNonNull(values, "functionalCall: values is null");
        Objects.requireNonNull(call, "functionalCall: call is null");
        var all = new LinkedHashMap<String, Parameter>();
        visit("", (prefix, layer) -> layer.parameters.forEach((name, parameter) -> all.put(prefix + name, parameter)));
        return Substitution.during(getClass().getSimpleName(), all, values, call);
    }

    /// Names of the parameters that this layer reads with [#current], so that they can be parametrised, see [Parametrizations]; none by
    /// default, [#parameterNames] if the layer reads all its parameters so.
    protected Set<String> parametrizable() {
        return Set.of();
    }

    /// Names of the parameters registered with this layer itself, in the order of their registration; those that are parametrised come
    /// last.
    protected final Set<String> parameterNames() {
        var names = new LinkedHashSet<>(parameters.keySet());
        if (parametrizations != null)
            names.addAll(parametrizations.names());
        return names;
    }

    private void checkParametrizable(String name) {
        if (!parametrizable().contains(name) || !parameterNames().contains(name))
            throw new IllegalArgumentException(getClass().getSimpleName() + ": no parameter of this name can be parametrised (got '" + name
                    + "'); those that can are " + parametrizable());
    }

    private Parametrization parametrization(String name) {
        return parametrizations == null ? null : parametrizations.get(name);
    }

    /// The parameter to be parametrised for the first time.
    final Parameter unparametrized(String name) {
        checkParametrizable(name);
        if (!parameters.containsKey(name))
            throw new IllegalArgumentException(getClass().getSimpleName() + ": '" + name
                    + "' is parametrised already; make it a plain parameter with Parametrizations.remove before");
        return parameters.get(name);
    }

    /// What the layer computes with now in the place of a parameter; gradients stop here.
    final Variable parameterNow(String name) {
        checkParametrizable(name);
        Parametrization parametrization = parametrization(name);
        return parametrization == null ? parameters.get(name).detach() : GradMode.noGrad(parametrization::value);
    }

    /// Parametrises a parameter with one more layer.
    final void parametrize(String name, Layer step) {
        Parametrization parametrization = parametrization(name);
        if (parametrization == null) {
            parametrization = new Parametrization.Plain(unparametrized(name));
            begin(name, parametrization);
        }
        parametrization.add(step);
        step.visit("", (_, layer) -> layer.training = training);
    }

    /// Parametrises a parameter for the first time.
    final void begin(String name, Parametrization parametrization) {
        if (parametrizations == null)
            parametrizations = child("parametrizations", new Parametrizations.Named());
        parametrizations.setTraining(training);
        parametrization.setTraining(training);
        parametrizations.put(name, parametrization);
        parameters.remove(name);
    }

    final void unparametrize(String name) {
        if (parametrization(name) == null)
            throw new IllegalArgumentException(
                    getClass().getSimpleName() + ": no parametrised parameter has this name (got '" + name + "')");
        Parametrization parametrization = parametrizations.take(name);
        Parameter parameter = parametrization.original();
        parameter.set(parametrization.value().data().copy());
        parameters.put(name, parameter);
        if (parametrizations.isEmpty()) {
            forget("parametrizations");
            parametrizations = null;
        }
    }

    // ---------------------------------------------------------------------------------------------------------- what it holds

    /// All parameters of this layer and the layers below, each once, in registration order: what an optimizer wants.
    public final List<Parameter> parameters() {
        return List.copyOf(namedParameters().values());
    }

    /// All parameters by path. One that several layers share is listed once, under its first path.
    public final Map<String, Parameter> namedParameters() {
        var seen = Collections.<Parameter>newSetFromMap(new IdentityHashMap<>());
        var found = new LinkedHashMap<String, Parameter>();
        visit("", (prefix, layer) -> layer.parameters.forEach((name, parameter) -> {
            if (seen.add(parameter))
                found.put(prefix + name, parameter);
        }));
        return Collections.unmodifiableMap(found);
    }

    /// All buffers by path.
    public final Map<String, Buffer> namedBuffers() {
        var found = new LinkedHashMap<String, Buffer>();
        visit("", (prefix, layer) -> layer.buffers.forEach((name, buffer) -> found.put(prefix + name, buffer)));
        return Collections.unmodifiableMap(found);
    }

    /// All streams of random numbers by path. Save the position of each; to go on, `seek` it in a model made with the same seed.
    public final Map<String, Rng> randomStates() {
        var found = new LinkedHashMap<String, Rng>();
        visit("", (prefix, layer) -> layer.randomStates.forEach((name, rng) -> found.put(prefix + name, rng)));
        return Collections.unmodifiableMap(found);
    }

    /// The layers registered directly with this one.
    public final List<Layer> children() {
        return List.copyOf(children.values());
    }

    /// The names of the layers registered directly with this one.
    final List<String> childNames() {
        return List.copyOf(children.keySet());
    }

    /// All layers below this one by path, parents before their children.
    public final Map<String, Layer> namedLayers() {
        var found = new LinkedHashMap<String, Layer>();
        visit("", (prefix, layer) -> {
            if (!prefix.isEmpty())
                found.put(prefix.substring(0, prefix.length() - 1), layer);
        });
        return Collections.unmodifiableMap(found);
    }

    /// Calls `action` for this layer and all below, with the prefix of the names inside it.
    private void visit(String prefix, BiConsumer<String, Layer> action) {
        action.accept(prefix, this);
        children.forEach((name, layer) -> layer.visit(prefix + name + ".", action));
    }

    Map<String, Parameter> ownParameters() {
        return parameters;
    }

    // ---------------------------------------------------------------------------------------------------------- modes

    /// Switches this layer and all below to training mode, in which layers start: dropout drops, batch norms use and learn statistics.
    public final void train() {
        visit("", (_, layer) -> layer.training = true);
    }

    /// Switches this layer and all below to evaluation mode.
    public final void eval() {
        visit("", (_, layer) -> layer.training = false);
    }

    /// True in training mode.
    public final boolean isTraining() {
        return training;
    }

    /// Switches this layer alone.
    void setTraining(boolean on) {
        training = on;
    }

    /// Makes all parameters constants: they get no gradient and optimizers leave them alone. Running statistics still move in training
    /// mode.
    public final void freeze() {
        parameters().forEach(Parameter::freeze);
    }

    /// Undoes [#freeze].
    public final void unfreeze() {
        parameters().forEach(Parameter::unfreeze);
    }

    /// Forgets all gradients.
    public final void zeroGrad() {
        parameters().forEach(Parameter::zeroGrad);
    }

    /// Moves parameters, their gradients and buffers. Make optimizers afterwards.
    public final void to(Device device) {
        Objects.requireNonNull(device, "Layer.to: device is null; use Device.CPU");
        parameters().forEach(parameter -> parameter.moveTo(device));
        namedBuffers().values().forEach(buffer -> buffer.moveTo(device));
    }

    /// Converts parameters, their gradients and floating buffers, for example to float64 for a gradient check. Make optimizers afterwards.
    public final void to(DType dtype) {
        Objects.requireNonNull(dtype, "Layer.to: dtype is null; use DType.F32");
        parameters().forEach(parameter -> parameter.convertTo(dtype));
        namedBuffers().values().stream().filter(buffer -> buffer.data().dtype().isFloating()).forEach(buffer -> buffer.convertTo(dtype));
    }

    // ---------------------------------------------------------------------------------------------------------- saving

    /// A copy of all parameters and buffers by path, in PyTorch's names and order. Later training does not change it.
    public final Map<String, Tensor> stateDict() {
        var copies = new LinkedHashMap<String, Tensor>();
        state().forEach((name, value) -> copies.put(name, StepScope.retain(value.copy())));
        return copies;
    }

    /// Names that a model and saved tensors do not have in common.
    ///
    /// @param missing what the model has and was not given, so that it stayed as it was
    /// @param unexpected what was given and the model does not have
    public record Differences(List<String> missing, List<String> unexpected) {
        /// Copies the lists.
        public Differences {
            missing = List.copyOf(missing);
            unexpected = List.copyOf(unexpected);
        }
    }

    /// Overwrites all parameters and buffers. Names, shapes and types are checked first; if any does not fit nothing changes. Of several
    /// names of one shared parameter one is enough.
    ///
    /// @param tensors as from [#stateDict], on any device
    /// @param strict whether every name must be there and no other; otherwise what is missing stays and what is unexpected is not used
    /// @return what was missing and unexpected; nothing if strict
    /// @throws IllegalArgumentException listing what is missing, unexpected, or of another shape or type
    public final Differences loadStateDict(Map<String, Tensor> tensors, boolean strict) {
        Differences differences = StateDict.check(getClass().getSimpleName(), state(), tensors, strict);
        visit("", (prefix, layer) -> {
            layer.parameters.forEach((name, parameter) -> {
                if (tensors.get(prefix + name) != null)
                    parameter.set(tensors.get(prefix + name));
            });
            layer.buffers.forEach((name, buffer) -> {
                if (tensors.get(prefix + name) != null)
                    buffer.set(tensors.get(prefix + name));
            });
        });
        return differences;
    }

    /// All parameters and buffers themselves by path, in PyTorch's names and order: they change with training, and are not to be written
    /// into. What several layers share appears under each of its paths, as in PyTorch.
    public final Map<String, Tensor> state() {
        var values = new LinkedHashMap<String, Tensor>();
        visit("", (prefix, layer) -> {
            layer.parameters.forEach((name, parameter) -> values.put(prefix + name, parameter.data()));
            layer.buffers.forEach((name, buffer) -> values.put(prefix + name, buffer.data()));
        });
        return values;
    }

    // ---------------------------------------------------------------------------------------------------------- descriptions

    /// The options worth printing, for example `784 -> 512`; empty by default.
    protected String options() {
        return "";
    }

    /// Multiplications (each with one addition) of one forward pass, without those of child layers; 0 by default.
    ///
    /// @param in shape of the input
    /// @param out shape of the result
    protected long multiplyAdds(Shape in, Shape out) {
        return 0;
    }

    /// How the layer's windows slide over an image, one for each spatial axis; empty, the default, for a layer without windows.
    ///
    /// @param in shape of the input
    protected List<Window> windows(Shape in) {
        return List.of();
    }

    /// Name and options on one line, for example `Linear(784 -> 512)`.
    public final String describe() {
        return getClass().getSimpleName() + "(" + options() + ")";
    }

    /// The layer and all below, indented.
    @Override
    public final String toString() {
        if (children.isEmpty())
            return describe();
        var lines = new ArrayList<String>();
        if (!options().isEmpty())
            lines.add(options());
        children.forEach((name, layer) -> lines.add("(" + name + "): " + layer));
        return getClass().getSimpleName() + "(\n" + String.join("\n", lines).indent(2) + ")";
    }
}
