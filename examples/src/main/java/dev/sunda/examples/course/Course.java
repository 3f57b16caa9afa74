package dev.sunda.examples.course;

import java.io.PrintWriter;
import java.util.List;
import java.util.function.Consumer;

/// The samples of the course, in its order.
public final class Course {
    /// All samples.
    public static final List<Sample> SAMPLES = List.of(
            new Sample("convolution", "one kernel on one image, then many channels", BasicConvolution::run),
            new Sample("dilated-convolution", "gaps in the kernel: spans, sizes, receptive fields", DilatedConvolution::run),
            new Sample("no-output", "a dilated kernel that is larger than its image, and the error", NoOutput::run),
            new Sample("depthwise-separable", "the worked example: three channels, three kernels, one sum", DepthwiseSeparable::run),
            new Sample("dilated-separable", "the layer that combines both, compared with a dense one", DilatedSeparable::run),
            new Sample("mnist", "a network that reads digits, in forty lines", MnistProgram::run));

    private Course() {
    }

    /// A small program.
    ///
    /// @param name    on the command line
    /// @param title   what it shows
    /// @param program prints to the writer it is given
    public record Sample(String name, String title, Consumer<PrintWriter> program) {
    }
}
