package dev.sunda.nn.functional;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sunda.autograd.Variable;
import dev.sunda.autograd.check.OpCase;
import dev.sunda.autograd.check.OpCheck;
import dev.sunda.core.op.Padding;
import dev.sunda.core.type.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every kind of convolution with every option: first and second derivative for input, weight and bias, float32 and float64 against the
/// naive loops, repetition and the adjoint. The table in `docs/convolutions.md` is made from the same list.
class ConvolutionMatrixTests {
    private static final Path DOCUMENT = Path.of("../docs/convolutions.md");
    private static final String BEGIN = "<!-- table: made by ConvolutionMatrixTests -->\n";
    private static final String END = "<!-- end of table -->\n";

    /// Options of one convolution; numbers hold for every axis.
    private record Options(int stride, int dilation, int groups, int multiplier, Padding padding, PaddingMode mode, int outputPadding) {
        static final Options PLAIN = new Options(1, 1, 1, 2, Padding.VALID, PaddingMode.CONSTANT, 0);

        Options stride(int stride) {
            return new Options(stride, dilation, groups, multiplier, padding, mode, outputPadding);
        }

        Options dilation(int dilation) {
            return new Options(stride, dilation, groups, multiplier, padding, mode, outputPadding);
        }

        Options groups(int groups, int multiplier) {
            return new Options(stride, dilation, groups, multiplier, padding, mode, outputPadding);
        }

        Options padding(Padding padding, PaddingMode mode) {
            return new Options(stride, dilation, groups, multiplier, padding, mode, outputPadding);
        }

        Options outputPadding(int outputPadding) {
            return new Options(stride, dilation, groups, multiplier, padding, mode, outputPadding);
        }
    }

    /// A row of the table: what it is called and how it is done over some axes; null where a convolution has no such option.
    private record Row(String option, List<Options> forward, List<Options> transposed) {
        Options options(int axes, boolean isTransposed) {
            var all = isTransposed ? transposed : forward;
            return all == null ? null : all.get(axes - 1);
        }
    }

    private static final List<Row> ROWS = List.of(
            both("no option", Options.PLAIN),
            both("stride", Options.PLAIN.stride(2)),
            both("dilation", Options.PLAIN.dilation(2)),
            both("stride and dilation", Options.PLAIN.stride(2).dilation(2)),
            both("groups", Options.PLAIN.groups(2, 1)),
            both("depthwise", Options.PLAIN.groups(4, 1)),
            both("depthwise, channel multiplier 2", Options.PLAIN.groups(4, 2)),
            both("padding", Options.PLAIN.padding(Padding.of(1), PaddingMode.CONSTANT)),
            padded("asymmetric padding", PaddingMode.CONSTANT, true),
            only("padding same", Options.PLAIN.dilation(2).padding(Padding.SAME, PaddingMode.CONSTANT)),
            both("padding valid", Options.PLAIN.padding(Padding.VALID, PaddingMode.CONSTANT)),
            only("padding causal", Options.PLAIN.padding(Padding.CAUSAL, PaddingMode.CONSTANT)),
            padded("padding mode reflect", PaddingMode.REFLECT, false),
            padded("padding mode replicate", PaddingMode.REPLICATE, false),
            padded("padding mode circular", PaddingMode.CIRCULAR, false),
            only("padding same, mode circular", Options.PLAIN.padding(Padding.SAME, PaddingMode.CIRCULAR)),
            new Row("output padding", null, threeOf(Options.PLAIN.stride(2).outputPadding(1))));

    private static Row both(String option, Options options) {
        return new Row(option, threeOf(options), threeOf(options));
    }

    private static Row only(String option, Options options) {
        return new Row(option, threeOf(options), null);
    }

    private static Row padded(String option, PaddingMode mode, boolean transposedToo) {
        var options = Stream.of(Padding.ends(1, 0), Padding.of(0, 1, 1, 0), Padding.of(1, 0, 0, 1, 1, 0))
                .map(padding -> Options.PLAIN.padding(padding, mode)).toList();
        return new Row(option, options, transposedToo ? options : null);
    }

    private static List<Options> threeOf(Options options) {
        return List.of(options, options, options);
    }

    // ---------------------------------------------------------------------------------------------------------- the checks

    /// All cells by the name of their test.
    private static Map<String, OpCase> cells() {
        var cells = new LinkedHashMap<String, OpCase>();
        for (Row row : ROWS)
            for (boolean transposed : new boolean[] {false, true})
                for (int axes = 1; axes <= 3; axes++)
                    if (row.options(axes, transposed) != null)
                        cells.put(name(axes, transposed, row), cell(axes, transposed, row.options(axes, transposed)));
        return cells;
    }

    private static String name(int axes, boolean transposed, Row row) {
        return (transposed ? "convTranspose" : "conv") + axes + "d " + row.option;
    }

    /// Four channels, or two where there are no groups, and images small enough for second derivatives.
    private static OpCase cell(int axes, boolean transposed, Options o) {
        int in = o.groups == 1 ? 2 : 4;
        int out = o.groups == 1 ? 2 : o.groups == in ? in * o.multiplier : 2;
        String image = List.of("5", "3,5", "3,3,5").get(axes - 1);
        String kernel = List.of("3", "2,3", "2,2,3").get(axes - 1);
        String weight = transposed ? in + "," + out / o.groups : out + "," + in / o.groups;
        return OpCase.of("conv", "1," + in + "," + image + " " + weight + "," + kernel + " " + out,
                x -> transposed ? transposed(axes, x, o) : forward(axes, x, o)).asLinear();
    }

    private static Variable forward(int axes, List<Variable> x, Options o) {
        return Convolutions.conv(x.get(0), x.get(1), x.get(2), all(axes, o.stride), o.padding, o.mode, all(axes, o.dilation), o.groups);
    }

    private static Variable transposed(int axes, List<Variable> x, Options o) {
        return switch (axes) {
            case 1 ->
                    Convolutions.convTranspose1d(x.get(0), x.get(1), x.get(2), o.stride, o.padding, o.outputPadding, o.dilation, o.groups);
            case 2 -> Convolutions.convTranspose2d(x.get(0), x.get(1), x.get(2), all(2, o.stride), o.padding, all(2, o.outputPadding),
                    all(2, o.dilation), o.groups);
            default -> Convolutions.convTranspose3d(x.get(0), x.get(1), x.get(2), all(3, o.stride), o.padding, all(3, o.outputPadding),
                    all(3, o.dilation), o.groups);
        };
    }

    private static int[] all(int axes, int number) {
        int[] numbers = new int[axes];
        Arrays.fill(numbers, number);
        return numbers;
    }

    @TestFactory
    Stream<DynamicTest> cell() {
        var cells = cells();
        var names = List.copyOf(cells.keySet());
        return IntStream.range(0, names.size()).mapToObj(i -> DynamicTest.dynamicTest(names.get(i), () -> {
            var call = new OpCase.Call(cells.get(names.get(i)), List.of(1), 500 + i, i);
            OpCheck.firstDerivative(call);
            OpCheck.secondDerivative(call);
            OpCheck.kernelsEqualRecordedRules(call);
            OpCheck.float32MatchesTheReference(call, Device.CPU);
            OpCheck.float64MatchesTheReference(call, Device.CPU);
            OpCheck.inputsStayAndRunsRepeat(call, Device.CPU);
            OpCheck.adjoint(call);
        }));
    }

    // ---------------------------------------------------------------------------------------------------------- the document

    @Test
    void theDocumentShowsEveryCell() throws IOException {
        String text = Files.readString(DOCUMENT);
        int from = text.indexOf(BEGIN) + BEGIN.length();
        int to = text.indexOf(END);
        assertThat(from >= BEGIN.length() && to >= from).as("the marks around the table in " + DOCUMENT).isTrue();
        String current = text.substring(0, from) + table() + text.substring(to);
        if (Boolean.getBoolean("sunda.docs.write"))
            Files.writeString(DOCUMENT, current);
        assertThat(Files.readString(DOCUMENT)).as(DOCUMENT + " is out of date; write it anew with mvn -pl nn -am test"
                + " -Dtest=ConvolutionMatrixTests -Dsurefire.failIfNoSpecifiedTests=false -Dsunda.docs.write=true").isEqualTo(current);
    }

    private static String table() {
        var kinds = IntStream.rangeClosed(1, 6).boxed().toList();
        String head = kinds.stream().map(k -> (k > 3 ? "convTranspose" : "conv") + axes(k) + "d").collect(Collectors.joining(" | "));
        var lines = new StringBuilder("| option | " + head + " |\n|---|---|---|---|---|---|---|\n");
        var cells = cells();
        for (Row row : ROWS)
            lines.append("| ").append(row.option).append(" | ")
                    .append(kinds.stream()
                            .map(k -> cells.containsKey(name(axes(k), k > 3, row)) ? "`" + name(axes(k), k > 3, row) + "`" : "-")
                            .collect(Collectors.joining(" | ")))
                    .append(" |\n");
        return lines.toString();
    }

    private static int axes(int kind) {
        return (kind - 1) % 3 + 1;
    }
}
