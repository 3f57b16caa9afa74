package dev.sunda.cuda.driver;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// A stream of [FakeDriver]: work in the order it came. It runs at once or, on a machine that queues, when somebody waits for it.
final class FakeStream {
    private final boolean queued;
    private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
    /// The recording that takes this stream's work; null where there is none.
    Graph recording;

    /// A recording of work, while it is made and afterwards.
    static final class Graph {
        final List<Runnable> work = new ArrayList<>();
        final List<FakeStream> streams = new ArrayList<>();
        final Thread by = Thread.currentThread();
        final int mode;
        boolean broken;

        Graph(int mode) {
            this.mode = mode;
        }

        void add(FakeStream stream) {
            streams.add(stream);
            stream.recording = this;
        }

        void end() {
            streams.forEach(stream -> stream.recording = null);
            streams.clear();
        }
    }

    /// A graph made ready to run.
    record Executable(List<Runnable> work) {
    }

    /// A point in the work of a stream.
    static final class Mark {
        final FakeStream stream;
        private boolean reached;
        private long nanoseconds;

        private Mark(FakeStream stream) {
            this.stream = stream;
        }

        boolean reached() {
            return reached;
        }

        /// When it was reached.
        long nanoseconds() {
            return nanoseconds;
        }

        private void reach() {
            reached = true;
            nanoseconds = System.nanoTime();
        }

        /// Everything before this point runs now.
        void await() {
            while (!reached) {
                if (stream.isDone())
                    throw new IllegalStateException("an event was waited for whose stream has lost it");
                stream.step();
            }
        }
    }

    /// An event: the last point it was put at.
    static final class Event {
        final boolean timed;
        Mark mark;
        Graph recording;

        Event(boolean timed) {
            this.timed = timed;
        }
    }

    FakeStream(boolean queued) {
        this.queued = queued;
    }

    void put(Runnable work) {
        if (recording != null)
            recording.work.add(work);
        else if (queued)
            queue.add(work);
        else
            work.run();
    }

    void record(Event event) {
        event.recording = recording;
        var mark = new Mark(this);
        event.mark = mark;
        if (recording == null)
            put(mark::reach);
    }

    void await(Event event) {
        if (event.recording != null && event.recording == recording)
            return;
        if (recording != null) {
            recording.broken = true;
            throw new FakeResult(FakeResult.CAPTURE_ISOLATION);
        }
        if (event.recording != null) {
            if (event.recording.streams.isEmpty())
                throw new FakeResult(FakeResult.CAPTURE_ISOLATION);
            event.recording.add(this);
        } else if (event.mark != null) {
            Mark mark = event.mark;
            put(mark::await);
        }
    }

    boolean isDone() {
        return queue.isEmpty();
    }

    /// Runs the next piece of work, so that who asks again and again whether the work is done sees it done some time.
    void step() {
        Runnable next = queue.poll();
        if (next != null)
            next.run();
    }

    void drain() {
        while (!queue.isEmpty())
            step();
    }
}
