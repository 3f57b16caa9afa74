package dev.sunda.bench;

import dev.sunda.core.parallel.Parallel;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;

/// What [FreshJvms] starts: measures one case and prints a [Finding] a line. Allocations are sampled while it runs, which says how many of
/// the bytes are vectors that should have stayed in registers.
final class FreshCase {
    private static final String ALLOCATION = "jdk.ObjectAllocationSample";
    private static final String VECTORS = "jdk.incubator.vector.";

    private FreshCase() {
    }

    /// One measure of one start.
    ///
    /// @param ms median in milliseconds
    /// @param bytes allocated by a call
    /// @param boxedBytes of them for boxed vectors, an estimate from samples
    record Finding(Meter.Measure measure, double ms, double bytes, double boxedBytes) {
        static Finding parse(String line) {
            String[] words = line.split(" ");
            return new Finding(Meter.Measure.valueOf(words[0]), Double.parseDouble(words[1]), Double.parseDouble(words[2]),
                    Double.parseDouble(words[3]));
        }

        @Override
        public String toString() {
            return measure + " " + ms + " " + bytes + " " + boxedBytes;
        }
    }

    private record Boxed(Instant time, double bytes) {
    }

    /// @param args name of the case, number of threads, `quick` or `normal`
    public static void main(String[] args) {
        Parallel.setThreads(Integer.parseInt(args[1]));
        Case chosen = Cases.ALL.stream().filter(c -> c.name().equals(args[0])).findFirst().orElseThrow();
        Queue<Boxed> boxed = new ConcurrentLinkedQueue<>();
        try (var recording = new RecordingStream()) {
            recording.enable(ALLOCATION);
            recording.onEvent(ALLOCATION, event -> collect(event, boxed));
            recording.startAsync();
            var results = chosen.measure(args[2].equals("quick") ? Effort.QUICK : Effort.NORMAL);
            recording.stop();
            results.forEach((measure, result) -> System.out
                    .println(new Finding(measure, result.ms(), result.bytes(), boxedBytes(result, List.copyOf(boxed)))));
        }
    }

    private static void collect(RecordedEvent event, Queue<Boxed> boxed) {
        if (event.getClass("objectClass").getName().startsWith(VECTORS))
            boxed.add(new Boxed(event.getStartTime(), event.getLong("weight")));
    }

    private static double boxedBytes(Meter.Result result, List<Boxed> boxed) {
        return boxed.stream().filter(b -> !b.time.isBefore(result.from()) && !b.time.isAfter(result.to())).mapToDouble(Boxed::bytes).sum()
                / result.runs();
    }
}
