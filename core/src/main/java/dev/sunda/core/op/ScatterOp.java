package dev.sunda.core.op;

/// What happens to an element when numbers are written to its place, one after the other.
///
/// `MAX` and `MIN` pass NaN on. Of booleans `ADD` and `MAX` are *or*, `MULTIPLY` and `MIN` are *and*.
public enum ScatterOp {
    /// The last one stays.
    SET {
        @Override
        public double apply(double old, double value) {
            return value;
        }

        @Override
        public long apply(long old, long value) {
            return value;
        }
    },
    ADD {
        @Override
        public double apply(double old, double value) {
            return old + value;
        }

        @Override
        public long apply(long old, long value) {
            return old + value;
        }
    },
    MULTIPLY {
        @Override
        public double apply(double old, double value) {
            return old * value;
        }

        @Override
        public long apply(long old, long value) {
            return old * value;
        }
    },
    MAX {
        @Override
        public double apply(double old, double value) {
            return Math.max(old, value);
        }

        @Override
        public long apply(long old, long value) {
            return Math.max(old, value);
        }
    },
    MIN {
        @Override
        public double apply(double old, double value) {
            return Math.min(old, value);
        }

        @Override
        public long apply(long old, long value) {
            return Math.min(old, value);
        }
    };

    /// The new element, of floating numbers.
    public abstract double apply(double old, double value);

    /// The new element, of integers; of booleans as 0 and 1.
    public abstract long apply(long old, long value);
}
