package dev.sunda.nn;

import dev.sunda.core.type.Shape;

/// Which layer this thread is inside of, and who wants to hear of finished calls.
final class CallStack {
    private static final ThreadLocal<CallStack> STACKS = ThreadLocal.withInitial(CallStack::new);

    private Layer innermost;
    private Observer observer;

    /// Hears of every call of a layer that has finished, inner calls before outer ones.
    @FunctionalInterface
    interface Observer {
        void called(Layer layer, Shape in, Shape out);
    }

    private CallStack() {
    }

    static CallStack ofThisThread() {
        return STACKS.get();
    }

    /// @return the layer that calls, or null
    Layer enter(Layer layer) {
        Layer caller = innermost;
        innermost = layer;
        return caller;
    }

    void leave(Layer caller) {
        innermost = caller;
    }

    void report(Layer layer, Shape in, Shape out) {
        if (observer != null)
            observer.called(layer, in, out);
    }

    /// Runs with an observer; afterwards the one before hears again.
    void observe(Observer listener, Runnable calls) {
        Observer before = observer;
        observer = listener;
        try {
            calls.run();
        } finally {
            observer = before;
        }
    }
}
