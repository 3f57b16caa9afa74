package dev.sunda.bench;

import dev.sunda.core.parallel.Parallel;
import dev.sunda.core.type.DType;
import dev.sunda.core.type.Device;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingStream;

/// What [FreshJvms] starts: measures one case and prints a [Finding] a line. Allocations are sampled while it runs, which says how many of
/// the bytes are vectors that should have stayed in registers. Then it measures again whatever standard input names; it ends with the
/// input.
final class FreshCase {
    private static final String ALLOCATION = "jdk.ObjectAllocationSample";
    private static final String VECTORS = "jdk.incubator.vector.";
    private static final String OURS = "dev.sunda.";
    private static final String NOWHERE = "-";

    private FreshCase() {
    }

    /// One measure of one start.
    ///
    /// @param ms shortest run in milliseconds
    /// @param bytes allocated by a call
    /// @param boxedBytes of them for boxed vectors, an estimate from samples
    /// @param boxedIn the method of ours that boxes most of them, or `-`
    record Finding(Measure measure, double ms, double bytes, double boxedBytes, String boxedIn) {
        static Finding parse(String line) {
            String[] words = line.split(" ");
            return new Finding(Measure.valueOf(words[0]), Double.parseDouble(words[1]), Double.parseDouble(words[2]),
                    Double.parseDouble(words[3]), words[4]);
        }

        @Override
        public String toString() {
            return measure + " " + ms + " " + bytes + " " + boxedBytes + " " + boxedIn;
        }
    }

    private record Boxed(Instant time, double bytes, String method) {
    }

    /// @param args name of the case, number of threads, `quick` or `normal`, the floating type
    public static void main(String[] args) throws IOException {
        Parallel.setThreads(Integer.parseInt(args[1]));
        Case chosen = Cases.ALL.stream().filter(c -> c.name().equals(args[0])).findFirst().orElseThrow();
        var meter = new Meter(Device.CPU, args[2].equals("quick") ? Effort.QUICK : Effort.NORMAL);
        Map<Measure, Runnable> calls = chosen.prepare().apply(DType.valueOf(args[3]), Device.CPU);
        for (Measure measure : chosen.measures())
            System.out.println(find(measure, () -> meter.time(calls.get(measure))));
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            var measure = Measure.valueOf(line);
            System.out.println(find(measure, () -> meter.again(calls.get(measure))));
        }
    }

    private static Finding find(Measure measure, Supplier<Meter.Result> measuring) {
        Queue<Boxed> boxed = new ConcurrentLinkedQueue<>();
        try (var recording = new RecordingStream()) {
            recording.enable(ALLOCATION);
            recording.onEvent(ALLOCATION, event -> collect(event, boxed));
            recording.startAsync();
            Meter.Result result = measuring.get();
            recording.stop();
            return finding(measure, result, List.copyOf(boxed));
        }
    }

    /// Vectors, and arrays that the library of vectors makes: where only what a vector holds had to be allocated, that is an array.
    private static void collect(RecordedEvent event, Queue<Boxed> boxed) {
        if (event.getClass("objectClass").getName().startsWith(VECTORS) || top(event.getStackTrace()).startsWith(VECTORS))
            boxed.add(new Boxed(event.getStartTime(), event.getLong("weight"), method(event.getStackTrace())));
    }

    /// The class in which memory was asked for.
    private static String top(RecordedStackTrace stack) {
        return stack == null ? NOWHERE : stack.getFrames().getFirst().getMethod().getType().getName();
    }

    private static String method(RecordedStackTrace stack) {
        return stack == null ? NOWHERE
                : stack.getFrames().stream().map(RecordedFrame::getMethod).filter(m -> m.getType().getName().startsWith(OURS))
                        .map(m -> m.getType().getName() + "." + m.getName()).findFirst().orElse(NOWHERE);
    }

    private static Finding finding(Measure measure, Meter.Result result, List<Boxed> all) {
        var boxed = all.stream().filter(b -> !b.time.isBefore(result.from()) && !b.time.isAfter(result.to())).toList();
        Map<String, Double> methods = boxed.stream().collect(Collectors.groupingBy(Boxed::method, Collectors.summingDouble(Boxed::bytes)));
        String most = methods.entrySet().stream().max(Map.Entry.comparingByValue()).map(Map.Entry::getKey).orElse(NOWHERE);
        double bytes = boxed.stream().mapToDouble(Boxed::bytes).sum();
        return new Finding(measure, result.fastest(), result.bytes(), bytes / result.runs(), most);
    }
}
