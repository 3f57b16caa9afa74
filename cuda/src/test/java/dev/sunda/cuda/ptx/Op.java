package dev.sunda.cuda.ptx;

/// One decoded instruction, executed for all active lanes of a warp at once.
abstract class Op {
    /// Executes the instruction.
    ///
    /// @param w    the warp
    /// @param mask the lanes that take part, bit `l` for lane `l`; never 0
    abstract void run(Warp w, int mask);

    /// An instruction under a predicate.
    static final class Guarded extends Op {
        private final Op inner;
        private final int predicate;
        private final int flip;

        Guarded(Op inner, int predicate, boolean negated) {
            this.inner = inner;
            this.predicate = predicate;
            this.flip = negated ? -1 : 0;
        }

        @Override
        void run(Warp w, int mask) {
            int taking = mask & (w.p[predicate] ^ flip);
            if (taking != 0) {
                inner.run(w, taking);
            }
        }
    }
}
