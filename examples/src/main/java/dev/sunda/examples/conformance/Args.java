package dev.sunda.examples.conformance;

import dev.sunda.autograd.Variable;
import dev.sunda.core.Tensor;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// The named arguments of one case. Remembers which were read: one that nobody read is one the library does not offer.
///
/// Null counts as absent, and absent as the default. An argument of a kind the reader does not expect ends in [UnsupportedCase].
final class Args {
    private final GoldenCase golden;
    private final Device device;
    private final DType dtype;
    private final Set<String> read = new TreeSet<>();
    private final Map<String, Variable> variables = new LinkedHashMap<>();

    /// @param dtype all floating tensors are converted to it, or null to leave them as they are
    Args(GoldenCase golden, Device device, DType dtype) {
        this.golden = golden;
        this.device = device;
        this.dtype = dtype;
    }

    /// Arguments that nobody read, in alphabetical order. Nulls are not among them.
    List<String> unread() {
        return golden.args().properties().stream().filter(e -> !e.getValue().isNull() && !read.contains(e.getKey())).map(Map.Entry::getKey)
                .sorted().toList();
    }

    /// The variables read so far, by the names gradients go by.
    Map<String, Variable> variables() {
        return variables;
    }

    /// True if the argument is there and not null. Does not count as reading it.
    boolean has(String name) {
        JsonNode node = golden.args().get(name);
        return node != null && !node.isNull();
    }

    boolean isTensor(String name) {
        return has(name) && JsonTensors.isTensor(golden.args().get(name));
    }

    boolean isList(String name) {
        return has(name) && golden.args().get(name).isArray();
    }

    private JsonNode get(String name) {
        if (!has(name))
            throw new UnsupportedCase("without argument " + name);
        read.add(name);
        return golden.args().get(name);
    }

    /// Of the outputs an operator of ONNX may have those that are there.
    ///
    /// @param names of all outputs
    List<Variable> outputs(List<String> names, List<Variable> all) {
        return golden.outputNames().stream().map(name -> all.get(names.indexOf(name))).toList();
    }

    /// How many outputs an operator of ONNX is to have.
    int outputCount() {
        return golden.outputNames().size();
    }

    /// The version of the operators of ONNX.
    int opset() {
        return golden.opset();
    }

    // ---------------------------------------------------------------------------------------------------------- tensors

    /// Tracked if the case wants its gradient.
    Variable variable(String name) {
        Variable known = variables.get(name);
        return known != null ? known : variable(name, get(name));
    }

    /// Null if absent.
    Variable optional(String name) {
        return has(name) ? variable(name) : null;
    }

    List<Variable> variables(String name) {
        var list = new ArrayList<Variable>();
        for (JsonNode element : get(name))
            list.add(variable(name + "[" + list.size() + "]", element));
        return List.copyOf(list);
    }

    private Variable variable(String name, JsonNode node) {
        Tensor data = tensor(name, node);
        boolean tracked = golden.wanted().contains(name) && data.dtype().isFloating();
        Variable x = tracked ? Variable.tracked(data) : Variable.of(data);
        variables.put(name, x);
        return x;
    }

    /// A tensor that has no gradient: an index, a mask, statistics.
    Tensor tensor(String name) {
        return tensor(name, get(name));
    }

    /// Null if absent.
    Tensor optionalTensor(String name) {
        return has(name) ? tensor(name) : null;
    }

    List<Tensor> tensors(String name) {
        return tensors(name, get(name));
    }

    /// A list of lists of tensors, for example the gradients of every step.
    List<List<Tensor>> tensorLists(String name) {
        var lists = new ArrayList<List<Tensor>>();
        for (JsonNode list : get(name))
            lists.add(tensors(name, list));
        return List.copyOf(lists);
    }

    private List<Tensor> tensors(String name, JsonNode list) {
        var tensors = new ArrayList<Tensor>();
        for (JsonNode element : list)
            tensors.add(tensor(name, element));
        return List.copyOf(tensors);
    }

    private Tensor tensor(String name, JsonNode node) {
        if (!JsonTensors.isTensor(node))
            throw new UnsupportedCase("argument " + name + " that is not a tensor");
        return place(JsonTensors.read(node));
    }

    /// On the device and, if floating, in the element type this run is about.
    Tensor place(Tensor x) {
        return (dtype != null && x.dtype().isFloating() ? x.to(dtype) : x).to(device);
    }

    // ---------------------------------------------------------------------------------------------------------- plain values

    int integer(String name) {
        return asInteger(name, get(name));
    }

    int integer(String name, int otherwise) {
        return has(name) ? integer(name) : otherwise;
    }

    double number(String name) {
        return asNumber(name, get(name));
    }

    double number(String name, double otherwise) {
        return has(name) ? number(name) : otherwise;
    }

    boolean flag(String name, boolean otherwise) {
        return has(name) ? get(name).asBoolean() : otherwise;
    }

    boolean isText(String name) {
        return has(name) && golden.args().get(name).isString();
    }

    String text(String name, String otherwise) {
        if (!has(name))
            return otherwise;
        if (!isText(name))
            throw new UnsupportedCase("argument " + name + " that is not a string");
        return get(name).asString();
    }

    List<String> texts(String name) {
        var list = new ArrayList<String>();
        for (JsonNode element : get(name))
            list.add(element.asString());
        return List.copyOf(list);
    }

    /// A single integer or a list of them.
    int[] integers(String name) {
        JsonNode node = get(name);
        if (!node.isArray())
            return new int[] {asInteger(name, node)};
        int[] values = new int[node.size()];
        for (int i = 0; i < values.length; i++)
            values[i] = asInteger(name, node.get(i));
        return values;
    }

    /// A single integer or a list of them, where null stands for a default.
    Integer[] optionalIntegers(String name) {
        JsonNode node = get(name);
        if (!node.isArray())
            return new Integer[] {asInteger(name, node)};
        var values = new Integer[node.size()];
        for (int i = 0; i < values.length; i++)
            values[i] = node.get(i).isNull() ? null : asInteger(name, node.get(i));
        return values;
    }

    /// A single number or a list of them.
    double[] numbers(String name) {
        JsonNode node = get(name);
        if (!node.isArray())
            return new double[] {asNumber(name, node)};
        double[] values = new double[node.size()];
        for (int i = 0; i < values.length; i++)
            values[i] = asNumber(name, node.get(i));
        return values;
    }

    /// One integer for each of `n` axes; a single one stands for all, an absent argument or an empty list for the default. Other lists are
    /// handed on as they are where the library takes arrays, so that it can refuse them.
    int[] perAxis(String name, int n, int... otherwise) {
        int[] given = has(name) ? integers(name) : otherwise;
        int[] values = given.length == 0 ? otherwise : given;
        if (values.length == n || values.length > 1 && n > 1)
            return values;
        if (values.length != 1)
            throw new IllegalArgumentException(name + ": one number for the one axis (got " + Arrays.toString(values) + ")");
        int[] all = new int[n];
        Arrays.fill(all, values[0]);
        return all;
    }

    private static int asInteger(String name, JsonNode node) {
        if (!node.isIntegralNumber() || !node.canConvertToInt())
            throw new UnsupportedCase("argument " + name + " that is not an integer (got " + node + ")");
        return node.asInt();
    }

    /// Infinite numbers are written as strings.
    private static double asNumber(String name, JsonNode node) {
        if (node.isNumber())
            return node.asDouble();
        return switch (node.isString() ? node.asString() : "") {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan" -> Double.NaN;
            default -> throw new UnsupportedCase("argument " + name + " that is not a number (got " + node + ")");
        };
    }
}
