package dev.sunda.nn;

import dev.sunda.autograd.GradMode;
import dev.sunda.autograd.Parameter;
import dev.sunda.core.Tensor;
import dev.sunda.core.op.Window;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import dev.sunda.core.type.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;

/// What a model consists of: for each layer its output, parameters, multiplications and receptive field.
///
/// Found by running the model once on zeros, in evaluation mode and without recording, and listening to the calls of its layers; operations
/// that are not layers do not show. Listed are the layers that have no children or parameters of their own, in the order of their calls.
///
/// The receptive field is how many input pixels, along each axis, can influence one output pixel:
/// `R = R_before + dilation * (kernel - 1) * product of all strides before`. Layers count as one chain, in the order of their calls; near
/// the borders part of the field lies in the padding. A transposed convolution takes steps of `1 / stride`, and its output pixels differ in
/// what they see: the largest field counts. Source: Araujo, Norris, Sim 2019, Computing receptive fields, doi:10.23915/distill.00021.
///
/// @param input shape the model was run on
/// @param rows one for each call
/// @param parameters of the whole model, each counted once
/// @param trainable those that are not frozen
public record ModelSummary(Shape input, List<Row> rows, long parameters, long trainable) {
    private static final List<String> TITLES = List.of("layer", "", "output", "parameters", "multiply-adds", "receptive field");

    public ModelSummary {
        rows = List.copyOf(rows);
    }

    /// One call of a layer.
    ///
    /// @param path from the model to the layer, empty for the model itself
    /// @param layer name and options
    /// @param output shape of the result
    /// @param parameters of the layer itself; 0 for those an earlier row has counted
    /// @param multiplyAdds multiplications, each with one addition
    /// @param receptiveField in input pixels, or null where there is no image any more
    public record Row(String path, String layer, Shape output, long parameters, long multiplyAdds, Field receptiveField) {
    }

    /// A receptive field.
    ///
    /// @param pixels along each axis, outermost first
    public record Field(List<Integer> pixels) {
        public Field {
            pixels = List.copyOf(pixels);
        }

        /// Of this many pixels along each axis.
        public static Field of(int... pixels) {
            Objects.requireNonNull(pixels, "ModelSummary.Field: pixels is null");
            return new Field(Arrays.stream(pixels).boxed().toList());
        }

        /// `3`, or `3x5` if they differ.
        @Override
        public String toString() {
            return Sliding.text(pixels.stream().mapToInt(Integer::intValue).toArray());
        }
    }

    /// Runs the model on zeros of shape `input`. Modes and random streams are afterwards as before.
    ///
    /// @param input for example `[1, 1, 28, 28]`
    public static ModelSummary of(Layer model, Shape input) {
        Objects.requireNonNull(model, "ModelSummary.of: model is null");
        Objects.requireNonNull(input, "ModelSummary.of: input is null");
        var parameters = model.parameters();
        DType dtype = parameters.isEmpty() ? DType.F32 : parameters.getFirst().dtype();
        Device device = parameters.isEmpty() ? Device.CPU : parameters.getFirst().device();
        return of(model, Tensor.zeros(input, dtype, device));
    }

    /// Runs the model on an input of its own, for example on int64 zeros if it takes words. Modes and random streams are afterwards as
    /// before.
    public static ModelSummary of(Layer model, Tensor input) {
        Objects.requireNonNull(model, "ModelSummary.of: model is null");
        var parameters = model.parameters();
        var listener = new Listener(model);
        var layers = new ArrayList<>(model.namedLayers().values());
        layers.add(model);
        var training = layers.stream().filter(Layer::isTraining).toList();
        model.eval();
        try {
            CallStack.ofThisThread().observe(listener, () -> GradMode.noGrad(() -> {
                model.forward(input);
            }));
        } finally {
            training.forEach(layer -> layer.setTraining(true));
        }
        return new ModelSummary(input.shape(), listener.rows, count(parameters),
                count(parameters.stream().filter(p -> !p.isFrozen()).toList()));
    }

    /// Multiplications of one forward pass.
    public long multiplyAdds() {
        return rows.stream().mapToLong(Row::multiplyAdds).sum();
    }

    private static long count(List<Parameter> parameters) {
        return parameters.stream().mapToLong(p -> p.shape().numel()).sum();
    }

    /// A table with a line for each row and one for the totals.
    @Override
    public String toString() {
        var lines = new ArrayList<List<String>>();
        lines.add(TITLES);
        for (Row row : rows)
            lines.add(List.of(row.path(), row.layer(), row.output().toString(), number(row.parameters()), number(row.multiplyAdds()),
                    row.receptiveField() == null ? "-" : row.receptiveField().toString()));
        lines.add(List.of("total", "", "for " + input, number(parameters), number(multiplyAdds()), ""));
        int[] widths = new int[TITLES.size()];
        for (var line : lines)
            for (int i = 0; i < widths.length; i++)
                widths[i] = Math.max(widths[i], line.get(i).length());
        var text = new StringBuilder();
        for (var line : lines)
            text.append(aligned(line, widths)).append('\n');
        return text.append("trainable parameters: ").append(number(trainable)).append('\n').toString();
    }

    /// Words to the left, numbers to the right.
    private static String aligned(List<String> line, int[] widths) {
        var text = new StringBuilder();
        for (int i = 0; i < widths.length; i++)
            text.append(String.format(Locale.ROOT, (i < 3 ? "%-" : "%") + widths[i] + "s", line.get(i))).append("  ");
        return text.toString().stripTrailing();
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    /// Turns calls into rows.
    private static final class Listener implements CallStack.Observer {
        private final Layer model;
        private final List<Row> rows = new ArrayList<>();
        private final Set<Parameter> counted = Collections.newSetFromMap(new IdentityHashMap<>());
        private final double[] field = {1, 1, 1};
        private final double[] jump = {1, 1, 1};
        private int axes;

        private Listener(Layer model) {
            this.model = model;
        }

        @Override
        public void called(Layer layer, Shape in, Shape out) {
            see(layer.windows(in), layer instanceof ConvTransposeNd);
            if (!layer.children().isEmpty() && layer.ownParameters().isEmpty())
                return;
            var own = layer.ownParameters().values().stream().filter(counted::add).toList();
            rows.add(new Row(layer == model ? "" : model.nameOf(layer), layer.describe(), out, count(own), layer.multiplyAdds(in, out),
                    out.rank() < 3 ? null : pixels(out)));
        }

        /// A transposed window is that of the convolution it is the transpose of, whose outputs are here the inputs.
        private void see(List<Window> windows, boolean transposed) {
            axes = windows.isEmpty() ? axes : windows.size();
            for (int a = 0; a < windows.size(); a++) {
                long reach = windows.get(a).span() - 1;
                int stride = windows.get(a).stride();
                field[a] += (transposed ? reach / stride : reach) * jump[a];
                jump[a] = transposed ? jump[a] / stride : jump[a] * stride;
            }
        }

        /// Before the first window a pixel sees itself. Sums of fractions are exact but for the last bits.
        private Field pixels(Shape out) {
            int known = axes == 0 ? Math.min(field.length, out.rank() - 2) : axes;
            return new Field(Arrays.stream(field, 0, known).mapToObj(f -> (int) Math.ceil(f - 1e-6)).toList());
        }
    }
}
